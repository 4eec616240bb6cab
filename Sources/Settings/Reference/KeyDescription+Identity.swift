// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension KeyDescription {
    /// Of the sources of identities.
    static let identity: [String: KeyDescription] = [
        "identity": KeyDescription(
            "Who vouches for callers. A request is asked for one credential of these; what "
                + "none of them claims is the service's own.",
            standard: "none: everybody is anonymous"),
        "identity[].name": KeyDescription(
            "How records name the source where it has no issuer of its own. Unique.",
            "machines"),
        "identity[].api_keys": KeyDescription(
            "API keys that `countersign token mint` made. Changes of the file count "
                + "without a reload.",
            standard: "none"),
        "identity[].api_keys.file": KeyDescription(
            "The keys' hashes, holders and roles.",
            "keys.yaml"),
        "identity[].api_keys.fields": KeyDescription(
            "Request fields in which keys are looked for. In `authorization` a key stands "
                + "behind `Bearer`, or is the password or the user of `Basic`; elsewhere it "
                + "stands alone. A key of any source is accepted wherever one of them looks.",
            "[authorization, x-api-key]"),
        "identity[].jwks": KeyDescription(
            "Bearer tokens signed with a key of a set (RFC 7517). Changes of the file "
                + "count without a reload.",
            standard: "none"),
        "identity[].jwks.file": KeyDescription(
            "The key set, public keys only. Entries that cannot be used are left out, and "
                + "`check` says which and why.",
            "jwks.json"),
        "identity[].jwks.issuer": KeyDescription(
            "What `iss` has to be, to the letter.",
            "https://id.example.com"),
        "identity[].jwks.audience": KeyDescription(
            "`aud` has to name one of these.",
            "[countersign]"),
        "identity[].jwks.algs": KeyDescription(
            "No other algorithm is accepted, whatever a token says.",
            "[ES256, RS256]"),
        "identity[].jwks.clock_skew": KeyDescription(
            "How far clocks may be apart.",
            "30s"),
        "identity[].jwks.types": KeyDescription(
            "Which values of the header's `typ` are accepted; `absent` is none.",
            "[at+jwt]"),
        "identity[].jwks.authorized_parties": KeyDescription(
            "Clients (`azp`, else `client_id`) that may have been given the token; an "
                + "empty list admits every one.",
            "[web]"),
        "identity[].jwks.roles_claims": KeyDescription(
            "Claims whose values are roles, all of them together. A text that begins with "
                + "`/` is a path; a name that has a dot and is no URL stands in double quotes of "
                + "its own. An empty list: tokens give no roles.",
            "[/realm_access/roles]"),
        "identity[].jwks.subject_claims": KeyDescription(
            "Claims that name the subject of a token without `sub`, the first that is "
                + "there. An empty list refuses such tokens.",
            "[client_id, azp]"),
        "identity[].jwks.fields": KeyDescription(
            "Request fields in which tokens are looked for. In `authorization` a token "
                + "stands behind `Bearer`; elsewhere it stands alone.",
            "[authorization]"),
        "identity[].mtls": KeyDescription(
            "Client certificates. Only one identity can be of this kind.",
            standard: "none"),
        "identity[].mtls.ca": KeyDescription(
            "PEM: the authorities whose certificates are believed. Every `client_ca` of a "
                + "listener has to be among them.",
            "clients.pem"),
        "identity[].mtls.subject_from": KeyDescription(
            "Which name of the certificate is the subject: its one URI, a SPIFFE ID, or "
                + "its one DNS name. The common name is never one.",
            "san_spiffe"),
        "identity[].mtls.kind": KeyDescription(
            "What the certificates' holders are.",
            "service"),
        "identity[].mtls.roles": KeyDescription(
            "The roles of everybody whom this source vouches for.",
            "[robot]"),
    ]
}
