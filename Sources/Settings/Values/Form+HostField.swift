// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import HTTPWire

extension Form where Value == HostField {
    /// `preserve`, `service`, or a host and perhaps a port.
    static let hostField = Form.scalar(
        "preserve, service or a host", write: { .string(text(of: $0)) }
    ) { text throws(Complaint) in
        switch text {
        case "preserve": return .preserved
        case "service": return .own
        case "upstream": throw Complaint("`upstream` is called `service`")
        default:
            let url: ServiceURL
            do throws(Complaint) {
                url = try ServiceURL("http://" + text)
            } catch {
                throw Complaint(
                    "expected preserve, service, or a host such as app.example.com or app.example.com:8443, "
                        + "found `\(text)`")
            }
            let isPortGiven = text.hasSuffix(":\(url.port)")
            return .literal(AuthorityText.of(url.host, port: isPortGiven ? Int(url.port) : nil))
        }
    }

    private static func text(of field: HostField) -> String {
        switch field {
        case .preserved: "preserve"
        case .own: "service"
        case .literal(let authority): authority
        }
    }
}
