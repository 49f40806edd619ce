package environment_test

import (
	"strings"
	"testing"
)

const (
	ofCRM = "Microsoft.Dynamics.CRM."
	entry = "?$select=title,priority,statecode,objecttypecode,enteredon,workeridmodifiedon,_workerid_value,_queueid_value"
)

// queue makes a queue.
func (c client) queue(name, kind string) string {
	c.t.Helper()
	return c.made("queues", `{"name":"`+name+`","queueviewtype":`+kind+`}`)
}

// enqueue adds a task to a queue and gives the item.
func (c client) enqueue(queue, task string) string {
	c.t.Helper()
	a := c.post("queues("+queue+")/"+ofCRM+"AddToQueue", `{"Target":{"activityid":"`+task+`","@odata.type":"`+ofCRM+`task"}}`)
	a.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.AddToQueueResponse","QueueItemId":"…"}`)
	id, _ := a.object()["QueueItemId"].(string)
	return id
}

// A task is put into a queue, moved, picked, released and taken out; it ends with its task.
func TestQueues(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	first, second := ben.queue("First", "0"), ben.queue("Second", "0")
	task := ben.made("tasks", `{"subject":"Call back","prioritycode":2}`)
	item := ben.enqueue(first, task)
	row := "queueitems(" + item + ")"
	ben.get(row+entry).is(200, `…"title":"Call back","priority":2,"statecode":0,"objecttypecode":4212,"enteredon":"2026-11-21T12:00:00Z","workeridmodifiedon":null,"_workerid_value":null,"_queueid_value":"`+first+`"…`)
	ben.get("queues("+first+")?$select=name&$expand=queue_entries($select=title;$expand=objectid_task($select=subject))").
		is(200, `…"queue_entries":[{…"title":"Call back",…"objectid_task":{…"subject":"Call back"…}…}]…`)

	if again := ben.enqueue(second, task); again != item {
		t.Errorf("the task stands in two queues: %s and %s", item, again)
	}
	ben.post("queueitems", `{"objectid_task@odata.bind":"tasks(`+task+`)","queueid@odata.bind":"queues(`+first+`)"}`).is(412, "…0x80040237…")
	act := func(c client, action, body string) answer { return c.post(row+"/"+ofCRM+action, body) }
	me := `{"SystemUser":{"systemuserid":"` + people["ben"].user + `","@odata.type":"` + ofCRM + `systemuser"},"RemoveQueueItem":false}`
	w.pass(60e9)
	act(ben, "PickFromQueue", me).is(204, "")
	ben.get(row+entry).is(200, `…"workeridmodifiedon":"2026-11-21T12:01:00Z","_workerid_value":"`+people["ben"].user+`","_queueid_value":"`+second+`"…`)
	act(ben, "ReleaseToQueue", "").is(204, "")
	ben.get(row+entry).is(200, `…"_workerid_value":null…`)
	act(ben, "RouteTo", `{"Target":{"queueid":"`+first+`","@odata.type":"`+ofCRM+`queue"}}`).is(204, "")
	ben.get(row+entry).is(200, `…"enteredon":"2026-11-21T12:01:00Z"…"_queueid_value":"`+first+`"…`)
	ben.patch("systemusers("+people["cleo"].user+")", `{"queueid@odata.bind":"queues(`+second+`)"}`).is(403, "…")
	w.as(t, "ada").patch("systemusers("+people["cleo"].user+")", `{"queueid@odata.bind":"queues(`+second+`)"}`).is(204, "")
	act(ben, "RouteTo", `{"Target":{"systemuserid":"`+people["cleo"].user+`","@odata.type":"`+ofCRM+`systemuser"}}`).is(204, "")
	ben.get(row+entry).is(200, `…"_queueid_value":"`+second+`"…`)

	ben.delete("queues("+second+")").is(405, "…")
	ben.patch("tasks("+task+")", `{"statecode":1}`).is(204, "")
	ben.get(row+entry).is(200, `…"statecode":1…`)
	other := ben.made("tasks", `{"subject":"Other"}`)
	row = "queueitems(" + ben.enqueue(first, other) + ")"
	act(ben, "RemoveFromQueue", "").is(204, "")
	ben.get(row).is(404, "…")
	row = "queueitems(" + ben.enqueue(first, other) + ")"
	act(ben, "PickFromQueue", strings.Replace(me, "false", "true", 1)).is(204, "")
	ben.get(row).is(404, "…")
	row = "queueitems(" + ben.enqueue(first, other) + ")"
	ben.delete("tasks("+other+")").is(204, "")
	ben.get(row).is(404, "…")
	ben.delete("queueitems("+item+")").is(204, "")
	ben.get("tasks("+task+")").is(200, "…")
	ben.delete("queues("+second+")").is(204, "")
	w.as(t, "ada").get("systemusers("+people["cleo"].user+")?$select=_queueid_value").is(200, `…"_queueid_value":null…`)
}

// Who reads a queue reads its items, and who may append to it changes them.
func TestQueuesHeedRights(t *testing.T) {
	w := start(t)
	ben, cleo, other := w.as(t, "ben"), w.as(t, "cleo"), w.as(t, "integration")
	queue := ben.queue("Sales", "0")
	item := ben.enqueue(queue, ben.made("tasks", `{"subject":"t"}`))
	cleo.get("queueitems?$select=title").is(200, `…"title":"t"…`)
	cleo.patch("queueitems("+item+")", `{"title":"renamed"}`).is(204, "")
	cleo.patch("queues("+queue+")", `{"name":"hers"}`).is(403, "…")
	cleo.delete("queues("+queue+")").is(403, "…")

	app := w.as(t, "contoso-app")
	app.role("Watcher", app.unit("Contoso"), "prvReadQueue", "Global", "prvReadUser", "Global")
	app.give("idle", "Watcher", app.unit("Contoso")).is(204, "")
	watcher := w.as(t, "idle")
	watcher.get("queueitems?$select=title").is(200, `…"title":"renamed"…`)
	watcher.patch("queueitems("+item+")", `{"title":"x"}`).is(403, "…prvAppendToQueue…")
	watcher.delete("queueitems("+item+")").is(403, "…prvAppendToQueue…")
	cleo.post("queues("+queue+")/"+ofCRM+"AddPrincipalToQueue", `{"Principal":{"systemuserid":"`+people["cleo"].user+`","@odata.type":"`+ofCRM+`systemuser"}}`).is(403, "…")
	for _, a := range []answer{
		other.get("queueitems"), other.get("queueitems(" + item + ")"), other.get("queues"), other.patch("queueitems("+item+")", `{"title":"x"}`), other.delete("queueitems(" + item + ")"),
		other.post("queueitems("+item+")/"+ofCRM+"RemoveFromQueue", ""),
	} {
		a.is(403, "…Queue…")
	}
}

// Members have the private queues that they were added to; everybody has the public ones.
func TestQueuesOfUsers(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	app.queue("Public", "0")
	private := app.queue("Private", "1")
	ben.queue("Own", "1")
	add := func(kind, id string) answer {
		return app.post("queues("+private+")/"+ofCRM+"AddPrincipalToQueue", `{"Principal":{"`+kind+`id":"`+id+`","@odata.type":"`+ofCRM+kind+`"}}`)
	}
	of := func(name, public string) string {
		a := app.get("systemusers(" + people[name].user + ")/" + ofCRM + "RetrieveUserQueues(IncludePublic=" + public + ")")
		if a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		return strings.Join(a.names("name"), ",")
	}
	for _, c := range []struct{ name, public, want string }{{"ben", "false", "Own"}, {"ben", "true", "Public,Own"}, {"cleo", "true", "Public"}, {"cleo", "false", ""}} {
		if got := of(c.name, c.public); got != c.want {
			t.Errorf("%s, public %s: %s, want %s", c.name, c.public, got, c.want)
		}
	}
	add("systemuser", people["cleo"].user).is(204, "")
	add("systemuser", people["cleo"].user).is(204, "")
	if got := of("cleo", "false"); got != "Private" {
		t.Errorf("cleo is a member and has %s", got)
	}
	sales := app.get("teams?$select=teamid&$filter=name eq 'Sales'").names("teamid")[0]
	add("team", sales).is(204, "")
	if got := of("ben", "false"); got != "Private,Own" {
		t.Errorf("a team of ben's is a member and ben has %s", got)
	}
	if got := len(app.get("queues(" + private + ")/queuemembership_association?$select=fullname").names("fullname")); got != 2 {
		t.Errorf("the queue has %d members", got)
	}
	app.delete("queues("+private+")/queuemembership_association("+people["cleo"].user+")/$ref").is(204, "")
	app.delete("queues("+private+")/queuemembership_association("+people["cleo"].user+")/$ref").is(404, "…")
	if got := of("cleo", "false"); got != "" {
		t.Errorf("cleo left and has %s", got)
	}
	add("account", private).is(400, "…")
	app.get("systemusers("+people["ben"].user+")/"+ofCRM+"RetrieveUserQueues()").is(400, "…")
}

// What does not fit is refused.
func TestQueuesRefuse(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	first, second := ben.queue("First", "0"), ben.queue("Second", "0")
	task := ben.made("tasks", `{"subject":"t"}`)
	account := ben.made("accounts", `{"name":"a"}`)
	item := ben.enqueue(first, task)
	add, target := "queues("+second+")/"+ofCRM+"AddToQueue", `"Target":{"activityid":"`+task+`","@odata.type":"`+ofCRM+`task"}`
	for _, c := range []struct{ path, body, want string }{
		{add, `{}`, "Target"},
		{add, `{"Target":{"accountid":"` + account + `","@odata.type":"` + ofCRM + `account"}}`, "account"},
		{add, `{` + target + `,"SourceQueue":{"queueid":"` + second + `","@odata.type":"` + ofCRM + `queue"}}`, "not an item"},
		{add, `{` + target + `,"QueueItemProperties":{"name":"x","@odata.type":"` + ofCRM + `account"}}`, "Invalid argument"},
		{"queueitems", `{"queueid@odata.bind":"queues(` + first + `)"}`, "objectid"},
		{"queueitems", `{"objectid_task@odata.bind":"tasks(` + ben.made("tasks", `{"subject":"u"}`) + `)"}`, "queueid"},
		{"queueitems(" + item + ")/" + ofCRM + "PickFromQueue", `{"RemoveQueueItem":false}`, "SystemUser"},
		{"queueitems(" + item + ")/" + ofCRM + "RouteTo", `{"Target":{"systemuserid":"` + people["cleo"].user + `","@odata.type":"` + ofCRM + `systemuser"}}`, "default queue"},
		{"queueitems(" + item + ")/" + ofCRM + "RouteTo", `{"Target":{"accountid":"` + account + `","@odata.type":"` + ofCRM + `account"}}`, "Invalid argument"},
	} {
		if a := ben.post(c.path, c.body); a.status != 400 && a.status != 404 || !strings.Contains(a.body, c.want) {
			t.Errorf("%s %s: %d %s", c.path, c.body, a.status, a.body)
		}
	}
	ben.patch("queueitems("+item+")", `{"objectid_task@odata.bind":"tasks(`+task+`)"}`).is(400, "…")
	ben.post(add, `{`+target+`,"SourceQueue":{"queueid":"`+first+`","@odata.type":"`+ofCRM+`queue"},"QueueItemProperties":{"priority":7,"@odata.type":"`+ofCRM+`queueitem"}}`).
		is(200, `…"QueueItemId":"`+item+`"}`)
	ben.get("queueitems("+item+")"+entry).is(200, `…"priority":7…"_queueid_value":"`+second+`"…`)
	ben.get("queueitems/$count").is(200, "\ufeff1")
}
