package webapi

// unpublished reads the functions that answer with rows as they are, published or not
// (Microsoft Learn, RetrieveUnpublishedMultiple function): a row, or a set with its query
// options. What is written of them is published at once here. ok is false for everything else.
func (q *request) unpublished() (a *asked, ok bool, err error) {
	one := q.path.Message == "RetrieveUnpublished"
	if !one && q.path.Message != "RetrieveUnpublishedMultiple" || !q.binds() || len(q.path.Arguments) > 0 {
		return nil, false, nil
	}
	if one {
		a, err = q.retrieve()
	} else {
		a, err = q.collection(q.path.Table, nil)
	}
	return a, true, err
}
