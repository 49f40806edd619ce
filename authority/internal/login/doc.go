// Package login is where people meet the authority: the authorize endpoints of v1.0 and
// v2.0, sign-in, the choice of an account, consent of a person and of an administrator,
// the page for devices, sign-out, and userinfo.
//
// It owns what an application may ask for before anybody signs in and in which order that
// is judged (Entra facts 4.1), the pages, the cookies, the password and who may try how
// often, and what consent creates (Entra facts 5.3). Each form carries a sealed note of
// where its person stands, bound to their browser: nothing is kept here between two pages,
// and no other site can fill a form in. It refuses to know what a code buys: grant decides
// that when the code is redeemed.
//
// The face routes to it. It calls tenancy, directory, ticket, journal, aadsts and grant.
package login
