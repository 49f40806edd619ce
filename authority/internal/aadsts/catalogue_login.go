package aadsts

import "strconv"

// The words of redirects that no token endpoint says (Entra facts 4.1, 5.1).
const (
	AccessDenied            Word = "access_denied"
	LoginRequired           Word = "login_required"
	InteractionRequired     Word = "interaction_required"
	ConsentRequired         Word = "consent_required"
	UnsupportedResponseType Word = "unsupported_response_type"
)

// What people meet where they sign in and consent (Entra facts 4.1, 5, 7.2).
var (
	// The request of an application.
	RedirectMissing     = Entry{500113, "NoReplyAddress", InvalidRequest, "No reply address is registered for the application."}
	ResponseTypeUnknown = Entry{70005, "UnsupportedResponseType", UnsupportedResponseType, "The application has requested an unsupported response type '%s'."}
	TokenNotEnabled     = Entry{700051, "ResponseTypeTokenNotEnabled", UnsupportedResponseType, "response_type 'token' is not enabled for the application."}
	IDTokenNotEnabled   = Entry{700054, "ResponseTypeIDTokenNotEnabled", UnsupportedResponseType, "response_type 'id_token' is not enabled for the application."}
	ResponseModeInvalid = Entry{70007, "UnsupportedResponseMode", InvalidRequest, "'%s' is not a supported value of 'response_mode' when requesting a token."}
	PromptInvalid       = Entry{90023, "InvalidPrompt", InvalidRequest, "The value '%s' of the parameter 'prompt' is not valid."}
	ChallengeMissing    = Entry{50147, "MissingCodeChallenge", InvalidRequest, "The parameter 'code_challenge' is missing."}
	ChallengeMethod     = Entry{50148, "InvalidCodeChallengeMethod", InvalidRequest, "The value '%s' of the parameter 'code_challenge_method' is not valid. It must be 'S256' or 'plain'."}
	ChallengeSize       = Entry{501491, "InvalidCodeChallengeSize", InvalidRequest, "The size of the parameter 'code_challenge' is not valid."}
	ResourceAbsent      = Entry{650052, "ResourceNotInTenant", InvalidClient, "The app is trying to access a service '%s'(%s) that your organization '%s' lacks a service principal for. Contact your IT Admin to review the configuration of your service subscriptions or consent to the application in order to create the required service principal."}

	ResourceNotListed = Entry{650057, "InvalidResourceNotListed", InvalidResource, "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: %s(%s). Resource value from request: %s. Resource app ID: %s. List of valid resources from app registration: %s."}

	// The person.
	NobodySignedIn    = Entry{50058, "UserInformationNotProvided", LoginRequired, "A silent sign-in request was sent but no user is signed in."}
	SeveralSessions   = Entry{16000, "InteractionRequired", InteractionRequired, "Either multiple user identities are available for the current request or selected account is not supported for the scenario."}
	UserElsewhere     = Entry{50020, "UserUnauthorized", AccessDenied, "User account '%s' from identity provider '%s' does not exist in tenant '%s' and cannot access the application '%s'(%s) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different account."}
	ConsentDeclined   = Entry{65004, "UserDeclinedConsent", AccessDenied, "User declined to consent to access the app."}
	ConsentNeedsAdmin = Entry{90094, "AdminConsentRequired", AccessDenied, "Admin consent is required."}

	// The pages.
	PageExpired = Entry{165004, "PageExpired", InvalidRequest, "This page has expired or belongs to another browser. Go back to the application and start again."}
)

// loginEntries lists them for those who look a number up.
var loginEntries = []Entry{
	RedirectMissing, ResponseTypeUnknown, TokenNotEnabled, IDTokenNotEnabled, ResponseModeInvalid, PromptInvalid,
	ChallengeMissing, ChallengeMethod, ChallengeSize, ResourceAbsent, ResourceNotListed, NobodySignedIn, SeveralSessions, UserElsewhere,
	ConsentDeclined, ConsentNeedsAdmin, PageExpired,
}

// Description is error_description as it travels: code, message and where to look it up.
func (e *Error) Description(at Place) string {
	return e.Code() + ": " + e.Message + " Trace ID: " + at.TraceID +
		" Correlation ID: " + at.CorrelationID + " Timestamp: " + at.stamp()
}

// URI is the page that explains the code.
func (e *Error) URI(at Place) string { return at.BaseURL + "/error?code=" + strconv.Itoa(e.Number) }

func (at Place) stamp() string { return at.Now.UTC().Format(timestampLayout) }
