package aadsts

// What people's grants are refused with: codes, refresh tokens, devices, passwords and
// tokens that stand for a person (Entra facts 7.2; where those say m, texts are
// approximate).
var (
	// The application and the tenant together.
	NotMultiTenant     = Entry{50194, "NotMultiTenant", InvalidRequest, "Application '%s'(%s) is not configured as a multi-tenant application. Usage of the /%s endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant."}
	GrantOverCommon    = Entry{9001023, "GrantTypeNotSupportedOverCommon", InvalidRequest, "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."}
	CredentialRequired = Entry{7000218, "ClientCredentialRequired", InvalidClient, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}

	// Pages of other origins.
	CrossOriginWithoutPKCE = Entry{9002325, "CrossOriginWithoutPKCE", InvalidRequest, "Proof Key for Code Exchange is required for cross-origin authorization code redemption."}
	CrossOriginNotSPA      = Entry{9002326, "CrossOriginNotSPA", InvalidRequest, "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '%s'."}
	SPAWithoutOrigin       = Entry{9002327, "SPAWithoutOrigin", InvalidRequest, "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests."}

	// What the client holds.
	GrantMalformed    = Entry{70000, "InvalidGrant", InvalidGrant, "Provided grant is invalid or malformed."}
	GrantExpired      = Entry{70008, "ExpiredOrRevokedGrant", InvalidGrant, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."}
	CodeRedeemed      = Entry{54005, "OAuth2AuthCodeAlreadyRedeemed", InvalidGrant, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."}
	CodeOfOtherTenant = Entry{700005, "InvalidGrantCodeForOtherTenant", InvalidGrant, "Provided Authorization Code is intended to use against other tenant, thus rejected."}
	RefreshExpired    = Entry{700082, "ExpiredOrRevokedGrantInactiveToken", InvalidGrant, "The refresh token has expired due to inactivity. The token was issued on %s and was inactive for %s."}
	RefreshOfSPA      = Entry{700084, "ExpiredRefreshTokenSpa", InvalidGrant, "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of %s, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on %s."}
	GrantRevoked      = Entry{50173, "FreshTokenNeeded", InvalidGrant, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '%s' and the TokensValidFrom date (before which tokens are not valid) for this user is '%s'."}
	VerifierMismatch  = Entry{501481, "CodeVerifierMismatch", InvalidGrant, "The Code_Verifier does not match the code_challenge supplied in the authorization request."}
	RedirectMismatch  = Entry{50011, "RedirectUriMismatch", InvalidGrant, "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this."}

	// Devices.
	DevicePending = Entry{70016, "AuthorizationPending", AuthorizationPending, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}
	DeviceDenied  = Entry{70017, "AuthorizationDeclined", AuthorizationDeclined, "OAuth 2.0 device flow error. The end user declined the authorization request."}
	DeviceUnknown = Entry{70018, "BadVerificationCode", BadVerificationCode, "Invalid verification code due to User typing in wrong user code for device code flow."}
	DeviceExpired = Entry{70020, "CodeExpired", ExpiredToken, "The provided value for the input parameter 'device_code' is not valid. This device code has expired."}

	// The person.
	UserNotFound        = Entry{50034, "UserAccountNotFound", InvalidGrant, "The user account {EmailHidden} does not exist in the %s directory. To sign into this application, the account must be added to the directory."}
	UserDisabled        = Entry{50057, "UserDisabled", InvalidGrant, "The user account is disabled."}
	UserLocked          = Entry{50053, "IdsLocked", InvalidGrant, "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."}
	PasswordWrong       = Entry{50126, "InvalidUserNameOrPassword", InvalidGrant, "Error validating credentials due to invalid username or password."}
	PasswordExpired     = Entry{50055, "InvalidPasswordExpiredPassword", InvalidGrant, "The password is expired."}
	UserNotAssigned     = Entry{50105, "EntitlementGrantsNotFound", InvalidGrant, "Your administrator has configured the application %s ('%s') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{EmailHidden}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application."}
	ConsentMissing      = Entry{65001, "DelegationDoesNotExist", InvalidGrant, "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource."}
	ScopeNotOfResource  = Entry{650053, "InvalidScopeNotOnResource", InvalidScope, "The application '%s' asked for scope '%s' that doesn't exist on the resource '%s'. Contact the app vendor."}
	BearerNotValid      = Entry{50013, "InvalidAssertion", InvalidGrant, "Assertion failed signature validation. [Reason - %s]"}
	BearerExpired       = Entry{500133, "InvalidAssertionTimeRange", InvalidGrant, "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: %s, expiry time of assertion %s."}
	BearerOfApplication = Entry{7000114, "AppOnBehalfOfNotAllowed", InvalidGrant, "Application '%s' is not allowed to make application on-behalf-of calls."}

	// Federated credentials (Entra facts 2.4).
	FederationAudience = Entry{700212, "NoMatchingFederatedIdentityAudience", InvalidClient, "No matching federated identity record found for presented assertion audience '%s'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"}
	FederationSubject  = Entry{700213, "NoMatchingFederatedIdentitySubject", InvalidClient, "No matching federated identity record found for presented assertion subject '%s'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"}
	FederationCase     = Entry{7002138, "FederatedIdentitySubjectCase", InvalidClient, "No matching federated identity record found for presented assertion subject '%s'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"}
	FederationKey      = Entry{7000272, "FederatedIdentityKeyNotFound", InvalidClient, "Signing keys of the issuer '%s' could not be used to verify the presented assertion. %s"}
	FederationToken    = Entry{700229, "ForbiddenTokenType", InvalidClient, "Only app-only tokens can be used as Federated Identity Credentials for the Entra issuer."}
	CertificateSubject = Entry{700030, "InvalidCertificateSubject", InvalidClient, "Invalid certificate - subject name in certificate is not authorized. SubjectNames/SubjectAlternativeNames (up to 10) in token certificate are: %s."}
)

// grantEntries lists them.
var grantEntries = []Entry{
	NotMultiTenant, GrantOverCommon, CredentialRequired, CrossOriginWithoutPKCE, CrossOriginNotSPA, SPAWithoutOrigin,
	GrantMalformed, GrantExpired, CodeRedeemed, CodeOfOtherTenant, RefreshExpired, RefreshOfSPA, GrantRevoked, VerifierMismatch, RedirectMismatch,
	DevicePending, DeviceDenied, DeviceUnknown, DeviceExpired,
	UserNotFound, UserDisabled, UserLocked, PasswordWrong, PasswordExpired, UserNotAssigned, ConsentMissing, ScopeNotOfResource,
	BearerNotValid, BearerExpired, BearerOfApplication,
	FederationAudience, FederationSubject, FederationCase, FederationKey, FederationToken, CertificateSubject,
}
