package dverr

// What plug-ins say when they fail (Dataverse facts 5.21).
var (
	IsvAborted    = Entry{0x80040265, "IsvAborted", 400, "ISV code aborted the operation."}
	IsvUnexpected = Entry{0x80040224, "IsvUnExpected", 400, "An unexpected error occurred from ISV code."}
)
