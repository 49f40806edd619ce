package limit

import (
	"reflect"
	"testing"
	"time"
)

func busy() *Window {
	w, l := &Window{}, Limits{Requests: 5}
	at := time.Unix(1_790_000_000, 250_000_000)
	for i := range 9 {
		d := w.Enter(at, l)
		if i%2 == 0 && d.Refused == None {
			w.Leave(l, Exit{Entered: d.Entered, At: at.Add(700 * time.Millisecond), Spent: 450 * time.Millisecond})
		}
		at = at.Add(time.Duration(i) * 1100 * time.Millisecond)
	}
	return w
}

func FuzzState(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{1, 0, 0, 0, 0})
	f.Add([]byte{2})
	state, _ := busy().AppendBinary(nil)
	f.Add(state)
	f.Add(state[:len(state)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		var w, again Window
		if w.UnmarshalBinary(b) != nil || len(b) == 0 {
			return
		}
		printed, _ := w.AppendBinary(nil)
		if err := again.UnmarshalBinary(printed); err != nil || !reflect.DeepEqual(w, again) {
			t.Errorf("%x: printed %x: %v", b, printed, err)
		}
	})
}

func TestState(t *testing.T) {
	w := busy()
	state, _ := w.AppendBinary(nil)
	var back Window
	if err := back.UnmarshalBinary(state); err != nil || back.used != 5 || back.running != 2 || back.spent != 3*450 || back.refused != 4 {
		t.Errorf("%+v, %v", back, err)
	}
	for n := 1; n < len(state); n++ {
		if err := back.UnmarshalBinary(state[:n]); err == nil {
			t.Errorf("the first %d bytes of %d were accepted", n, len(state))
		}
	}
	if err := back.UnmarshalBinary(append(state, 0)); err == nil {
		t.Error("a byte too many was accepted")
	}
}

func TestReserve(t *testing.T) {
	w, l := &Window{}, Limits{Window: 300 * time.Second, Requests: 10}
	at := time.Unix(1_790_000_000, 0)
	w.Reserve(at, l, 10)
	if d := w.Enter(at, l); d.Refused != Requests || d.RetryAfter != 300*time.Second+999*time.Millisecond {
		t.Errorf("reserved places end with their slot: %+v", d)
	}
	w.Unreserve(at, 4)
	w.Start(at, 6)
	if d := w.Enter(at.Add(time.Second), l); d.Used != 7 || d.Running != 7 {
		t.Errorf("after 4 came back and 6 were used: %+v", d)
	}
	w.Unreserve(at, 1000)
	w.Start(at, -1000)
	w.Unreserve(at.Add(-time.Hour), 1)
	if d := w.Add(at, l, 0); d.Used != 1 || d.Running != 1 {
		t.Errorf("no more comes back than a slot holds: %+v", d)
	}
}
