// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Transport

/// A receiver at the end of a connection.
package struct LinkedReceiver: Hashable, Sendable {
    /// Of the output.
    package let name: String
    package let host: String
    package let port: UInt16
    /// How it proves who it is; nil without TLS.
    package let tls: UpstreamTLS?

    package init(_ name: String, host: String, port: UInt16, tls: UpstreamTLS?) {
        self.name = name
        self.host = host
        self.port = port
        self.tls = tls
    }

    /// The way there; certificates and keys are read now.
    package func endpoint() throws(DataPlaneFault) -> ServiceEndpoint {
        try ServiceEndpoint(
            name: name, host: host, port: port, tls: tls, protocols: [],
            connectTimeout: .seconds(10))
    }

    /// A new connection.
    func link() throws(OutputFailure) -> OutputLink {
        let endpoint: ServiceEndpoint
        do throws(DataPlaneFault) {
            endpoint = try self.endpoint()
        } catch {
            throw OutputFailure(.notTrusted, error.description)
        }
        return try OutputLink(endpoint)
    }

    package var target: String {
        "\(tls == nil ? "tcp" : "tls")://\(AuthorityText.of(host, port: Int(port)))"
    }

    package var cautions: [String] {
        tls?.verification != .off
            ? [] : ["does not check the receiver's certificate (tls_verify: false)"]
    }

    /// What is to be said of a certificate that ends soon.
    static func caution(certificateEnd: Int?, now: UTCInstant) -> [String] {
        guard let certificateEnd else { return [] }
        let days = (Int64(certificateEnd) - now.seconds) / 86_400
        guard days < 14 else { return [] }
        return ["has a receiver whose certificate ends in \(days) days"]
    }
}
