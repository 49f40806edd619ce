// Package op holds what can be asked of an environment, in Dataverse's own words:
// Retrieve, RetrieveMultiple, Create, Update, Delete, and named messages.
//
// HTTP requests, batch parts and actions are three spellings of these values.
// odata and webapi make them, engine executes them. The room knows neither how
// they were spelled nor how they are carried out.
package op
