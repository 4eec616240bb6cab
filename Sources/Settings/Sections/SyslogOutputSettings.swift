// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `outputs[].syslog` and `outputs[].relp`: messages of RFC 5424 over a connection.
package struct SyslogOutputSettings: Hashable, Sendable {
    package var address: ReceiverAddress
    /// PEM: who may issue the receiver's certificate; nil: the authorities that the system trusts.
    package var ca: ResolvedPath?
    package var verifiesTLS = true
    /// PEM: our certificate, and its key; nil: we show none.
    package var certificate: ResolvedPath?
    package var key: ResolvedPath?
    package var facility = Facility.audit
    package var mostBytes = 8192
    /// Under which structured data is named.
    package var enterprise = 32473
    package var hasMark = false

    /// What kind of program speaks, in the words of rsyslog.
    package enum Facility: String, CaseIterable, Sendable {
        case daemon
        case auth
        case authpriv
        case audit
        case local0
        case local1
        case local2
        case local3
        case local4
        case local5
        case local6
        case local7

        /// RFC 5424 §6.2.1.
        package var code: Int {
            switch self {
            case .daemon: 3
            case .auth: 4
            case .authpriv: 10
            case .audit: 13
            case .local0: 16
            case .local1: 17
            case .local2: 18
            case .local3: 19
            case .local4: 20
            case .local5: 21
            case .local6: 22
            case .local7: 23
            }
        }
    }

    static let syslog = section("outputs[].syslog", example: "tls://siem.example.com:6514")
    static let relp = section("outputs[].relp", example: "tls://siem.example.com:2514")

    /// - Parameters:
    ///   - place: of the section, as other keys name it.
    ///   - example: an address.
    private static func section(_ place: String, example: String) -> Section<SyslogOutputSettings> {
        Section(
            start: SyslogOutputSettings(address: .placeholder),
            keys: [
                Key(
                    "address", \.address, .receiverAddress, isRequired: true,
                    "`tcp://` or `tls://`, host and port of the receiver.", example: example),
                Key(
                    "ca", \.ca, .optional(.file),
                    "PEM: who may issue the receiver's certificate.",
                    example: "ca.pem", standard: "the system's"),
                Key(
                    "tls_verify", \.verifiesTLS, .flag,
                    "Whether chain and name of the certificate are checked. Status and doctor show if they are not.",
                    example: "false"),
                Key(
                    "cert", \.certificate, .optional(.file),
                    "PEM: the certificate that is shown to a receiver which asks for one, then its intermediates.",
                    example: "tls.crt", standard: "none is shown",
                    together: [place + ".key": "tls.key"]),
                Key(
                    "key", \.key, .optional(.file), "PEM: its key.",
                    example: "tls.key", standard: "none",
                    together: [place + ".cert": "tls.crt"]),
                Key(
                    "facility", \.facility, .choice(), "The facility of every message.",
                    example: "local4"),
                Key(
                    "max_message", \.mostBytes, .bytes(.kibi(2) ... .mebi(1)),
                    "The longest message; a longer one loses whole members, which `truncated` names. Receivers have limits "
                        + "of their own: rsyslog's is 8 KiB unless `maxMessageSize` says otherwise.",
                    example: "64KiB"),
                Key(
                    "enterprise", \.enterprise, .integer(1...4_294_967_295),
                    "The private enterprise number under which structured data is named; that of the default is "
                        + "reserved for examples.",
                    example: "99999"),
                Key(
                    "bom", \.hasMark, .flag,
                    "Whether texts begin with the byte order mark of RFC 5424. Readers of JSON stumble over it.",
                    example: "true"),
            ],
            checks: [
                Check("cert", "key") { output, place, reading in
                    guard (output.certificate == nil) != (output.key == nil) else { return }
                    let (given, missing) = output.key == nil ? ("cert", "key") : ("key", "cert")
                    reading.note(
                        .conflict, at: place.nearest(given),
                        "`\(given)` needs `\(missing)`; give both, or neither")
                },
                Check("address", "ca", "tls_verify", "cert") { output, place, reading in
                    if output.address.scheme == .tcp {
                        if output.certificate != nil {
                            reading.note(
                                .conflict, at: place.nearest("cert"),
                                "`cert` has no effect on tcp; make the address tls or leave it out")
                        }
                        if output.ca != nil {
                            reading.note(
                                .conflict, at: place.nearest("ca"),
                                "`ca` has no effect on tcp; make the address tls or leave it out")
                        }
                        if !output.verifiesTLS {
                            reading.note(
                                .conflict, at: place.nearest("tls_verify"),
                                "`tls_verify` has no effect on tcp; leave it out")
                        }
                    } else if output.ca != nil, !output.verifiesTLS {
                        reading.note(
                            .conflict, at: place.nearest("ca"),
                            "`ca` has no effect while `tls_verify` is false")
                    }
                },
            ])
    }
}
