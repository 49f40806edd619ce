package dataverse

import (
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// room is memory for the body of an answer, which is used again for the next one: a page of
// 5,000 rows has a megabyte, and a buffer that grows to it leaves five behind.
type room struct{ bytes []byte }

// lend gives room that nobody uses, and giveBack returns it. Nothing that was read may point
// into it then.
func (c *core) lend() *room {
	if r, is := c.rooms.Get().(*room); is {
		return r
	}
	return &room{}
}

func (c *core) giveBack(r *room) { c.rooms.Put(r) }

// inRoom makes the body of a request's answer be read into r. Whoever wants bodies in the log
// has them read by azcore, which writes them there.
func (c *core) inRoom(q *policy.Request, r *room) {
	if c.logsBodies {
		return
	}
	runtime.SkipBodyDownload(q)
	q.SetOperationValue(r)
}

// fill reads the body of an answer where the request wants that, as near to the wire as azcore
// would: a body that is cut off is a try that failed. What is refused is for azcore to read.
func fill(q *policy.Request, answer *http.Response) error {
	var r *room
	if !q.OperationValue(&r) {
		return nil
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		_, err := runtime.Payload(answer)
		return err
	}
	defer answer.Body.Close()
	if err := r.read(answer.Body, answer.ContentLength); err != nil {
		return err
	}
	answer.Body = http.NoBody
	return nil
}

// read reads everything; length is how much there will be, negative when nobody knows.
func (r *room) read(from io.Reader, length int64) error {
	const first, most = 64 << 10, 64 << 20
	if wanted := min(length, most) + 1; int64(cap(r.bytes)) < wanted { // one more, to see the end
		r.bytes = make([]byte, 0, wanted)
	}
	r.bytes = r.bytes[:0]
	for {
		if len(r.bytes) == cap(r.bytes) {
			r.grow(first)
		}
		n, err := from.Read(r.bytes[len(r.bytes):cap(r.bytes)])
		r.bytes = r.bytes[:len(r.bytes)+n]
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// grow doubles the room.
func (r *room) grow(least int) {
	wider := make([]byte, len(r.bytes), max(2*cap(r.bytes), least))
	copy(wider, r.bytes)
	r.bytes = wider
}
