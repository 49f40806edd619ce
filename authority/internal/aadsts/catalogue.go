package aadsts

import "slices"

// The catalogue. Numbers, words, statuses and templates are those of Entra facts 7.2;
// where those leave a status open, the rule of 7.1 decides: invalid_client is 401, all
// else 400. ServicePrincipalDisabled's text is public in many reports, its word is by
// analogy.
var (
	// The request itself.
	MethodNotPost    = Entry{900561, "EndpointOnlyAcceptsPost", InvalidRequest, "The endpoint only accepts POST requests. Received a %s request."}
	Malformed        = Entry{9002313, "InvalidRequest", InvalidRequest, "Invalid request. Request is malformed or invalid."}
	MissingParameter = Entry{900144, "MissingRequiredParameter", InvalidRequest, "The request body must contain the following parameter: '%s'."}
	MissingField     = Entry{90014, "MissingRequiredField", InvalidRequest, "The required field '%s' is missing from the credential. Ensure that you have all the necessary parameters for the login request."}
	UnsupportedGrant = Entry{70003, "UnsupportedGrantType", UnsupportedGrantType, "The app requested an unsupported grant type '%s'."}

	// The tenant.
	TenantNotFound  = Entry{90002, "TenantNotFound", InvalidTenant, "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."}
	TenantMalformed = Entry{900023, "InvalidTenantName", InvalidRequest, "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain."}
	TenantEmptyGUID = Entry{900021, "InvalidTenantNameEmptyGuid", InvalidRequest, "Requested tenant identifier '%s' is not valid. Tenant identifiers may not be an empty GUID."}
	TenantMissing   = Entry{50059, "MissingTenantRealmAndNoUserInformationProvided", InvalidRequest, "No tenant-identifying information found in either the request or implied by any provided credentials."}
	UnknownInstance = Entry{50049, "NoSuchInstanceForDiscovery", InvalidInstance, "Unknown or invalid instance."}

	// The application.
	InvalidAppID            = Entry{700038, "InvalidApplicationIdentifier", UnauthorizedClient, "%s is not a valid application identifier."}
	AppNotFound             = Entry{700016, "UnauthorizedClient_DoesNotMatchRequest", UnauthorizedClient, "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."}
	AppWithoutPrincipal     = Entry{7000229, "MissingServicePrincipal", InvalidClient, "The client application %s is missing service principal in the tenant %s. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119"}
	AppDisabled             = Entry{7000112, "UnauthorizedClientApplicationDisabled", UnauthorizedClient, "Application '%s'(%s) is disabled."}
	PublicClientCredentials = Entry{700025, "InvalidClientPublicClientWithCredential", InvalidClient, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."}

	// The credential.
	CredentialMissing  = Entry{7000216, "ClientCredentialMissing", InvalidClient, "'client_assertion', 'client_secret' or 'request' is required for the '%s' grant type."}
	SecretInvalid      = Entry{7000215, "InvalidClientSecret", InvalidClient, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'."}
	SecretExpired      = Entry{7000222, "InvalidClientSecretExpiredKeysProvided", InvalidClient, "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."}
	AssertionMalformed = Entry{50027, "InvalidJwtToken", InvalidClient, "Invalid JWT token. %s"}
	AssertionSubject   = Entry{50048, "SubjectMismatchesIssuer", InvalidRequest, "Subject must match Issuer claim in the client assertion."}
	AssertionOtherApp  = Entry{700021, "ClientAssertionApplicationMismatch", InvalidClient, "Client assertion application identifier doesn't match 'client_id' parameter."}
	AssertionAudience  = Entry{700023, "ClientAssertionAudienceMismatch", InvalidClient, "Client assertion audience claim does not match Realm issuer."}
	AssertionTime      = Entry{700024, "ClientAssertionTimeRange", InvalidClient, "Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."}
	AssertionSignature = Entry{700027, "ClientAssertionSignatureInvalid", InvalidClient, "Client assertion contains an invalid signature. [Reason - %s, Thumbprint of key used by client: '%s', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '%s'.]"}
	FederationIssuer   = Entry{700211, "NoMatchingFederatedIdentityIssuer", InvalidClient, "No matching federated identity record found for presented assertion issuer '%s'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"}

	// What is asked for.
	ResourceParameter        = Entry{901002, "ResourceParameterNotSupported", InvalidRequest, "The 'resource' request parameter is not supported."}
	ScopeNotDefault          = Entry{1002012, "ScopeNotDefault", InvalidScope, "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}
	ScopeInvalid             = Entry{70011, "InvalidScope", InvalidScope, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid."}
	ScopeManyResources       = Entry{700022, "InvalidMultipleResourcesScope", InvalidRequest, "The provided value for the input parameter 'scope' is not valid because it contains more than one resource."}
	ResourceNotFound         = Entry{500011, "InvalidResourceServicePrincipalNotFound", InvalidResource, "The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."}
	ServicePrincipalDisabled = Entry{500014, "InvalidResourceServicePrincipalDisabled", InvalidResource, "The service principal for resource '%s' is disabled. This indicate that a subscription within the tenant has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued for it."}
	NotAssigned              = Entry{501051, "UserPrincipalNotAssigned", InvalidGrant, "Application '%s'(%s) is not assigned to a role for the application '%s'(%s)."}

	// This side.
	Throttled   = Entry{90055, "TenantThrottlingError", TemporarilyUnavailable, "There are too many incoming requests. This exception is thrown for blocked tenants."}
	Unavailable = Entry{90033, "MsodsServiceUnavailable", TemporarilyUnavailable, "A transient error has occurred. Please try again."}
	Unexpected  = Entry{50000, "TokenIssuanceError", ServerError, "There was an error issuing a token or an issue with our sign-in service."}
)

// entries lists the catalogue for those who look a number up.
var entries = []Entry{
	MethodNotPost, Malformed, MissingParameter, MissingField, UnsupportedGrant,
	TenantNotFound, TenantMalformed, TenantEmptyGUID, TenantMissing, UnknownInstance,
	InvalidAppID, AppNotFound, AppWithoutPrincipal, AppDisabled, PublicClientCredentials,
	CredentialMissing, SecretInvalid, SecretExpired, AssertionMalformed, AssertionSubject, AssertionOtherApp,
	AssertionAudience, AssertionTime, AssertionSignature, FederationIssuer,
	ResourceParameter, ScopeNotDefault, ScopeInvalid, ScopeManyResources, ResourceNotFound, ServicePrincipalDisabled, NotAssigned,
	Throttled, Unavailable, Unexpected,
}

// lists are the parts of the catalogue; each has a file of its own.
var lists = [][]Entry{entries, grantEntries, loginEntries}

// ByNumber finds an entry by its AADSTS number.
func ByNumber(n int) (Entry, bool) {
	for _, list := range lists {
		if i := slices.IndexFunc(list, func(e Entry) bool { return e.Number == n }); i >= 0 {
			return list[i], true
		}
	}
	return Entry{}, false
}
