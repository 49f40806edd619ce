package dverr

// What system jobs say (Dataverse facts, appendix E).
var JobStateChange = Entry{0x80044162, "AsyncOperationInvalidStateChange", 400, "The target state could not be set because the state transition is not valid."}
