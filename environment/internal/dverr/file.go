package dverr

// What contents of file and image columns are refused for (Dataverse facts 5.18 and the
// service's articles on file and image columns).
var (
	FileTooLarge         = Entry{0x80044a02, "unManagedidsattachmentinvalidfilesize", 400, "Attachment file size is too big."}
	FileBlocked          = Entry{0x80043e09, "AttachmentBlocked", 400, "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded."}
	NoFile               = Entry{0x80040217, "NoFileAttachment", 404, "No file attachment found for attribute: %s EntityId: %s."}
	NoFullImage          = Entry{0x80040217, "NoFullImage", 404, "No FileAttachment records found for imagedescriptorId: %s for image attribute: %s of %s record with id %s."}
	ImageTooLarge        = Entry{0x80072553, "ProcessImageFailure", 400, "Error occured when processing image. Reason: File size is too big. MaxSize: %d MB, Uploaded filesize: %d MB."}
	ImageInvalid         = Entry{0x80072553, "ProcessImageFormatFailure", 400, "Error occured when processing image. Reason: Update image properties failed for objectid: %s, logicalName: %s, attribute: %s"}
	ImageNotPrimary      = Entry{0x80090487, "CannotUploadNonPrimaryImageAttributeOnCreate", 400, "Non-primary image attribute %s of entity %s is not allowed to upload during Create operation."}
	FileTokenInvalid     = Entry{0x80040203, "InvalidFileContinuationToken", 400, "The file continuation token is not valid or has expired."}
	FileBlockInvalid     = Entry{0x80040203, "InvalidFileBlock", 400, "%s"}
	FileRangeUnsatisfied = Entry{0x80040203, "InvalidFileRange", 416, "The requested range is not satisfiable."}
)
