package aadsts

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Place is where and when an error is answered.
type Place struct {
	Now           time.Time
	TraceID       string
	CorrelationID string
	BaseURL       string // of the authority, for the page that explains the code
}

// body is the JSON of an error, members in the order of Entra facts 7.1.
type body struct {
	Error         Word   `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri"`
	SubError      string `json:"suberror,omitempty"`
}

// timestampLayout is Entra's: a space between date and time, Z at the end.
const timestampLayout = "2006-01-02 15:04:05Z"

// JSON is the error as it travels.
func (e *Error) JSON(at Place) []byte {
	stamp := at.Now.UTC().Format(timestampLayout)
	b := body{
		Error: e.Word,
		Description: e.Code() + ": " + e.Message + " Trace ID: " + at.TraceID +
			" Correlation ID: " + at.CorrelationID + " Timestamp: " + stamp,
		Codes: []int{e.Number}, Timestamp: stamp, TraceID: at.TraceID, CorrelationID: at.CorrelationID,
		URI: at.BaseURL + "/error?code=" + strconv.Itoa(e.Number), SubError: e.SubError,
	}
	var out bytes.Buffer
	j := json.NewEncoder(&out)
	j.SetEscapeHTML(false)
	if err := j.Encode(b); err != nil { // strings and numbers cannot fail
		panic(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'})
}
