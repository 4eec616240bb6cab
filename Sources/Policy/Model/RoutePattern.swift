// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// A template and the method it is listed for, written `GET /v1/invoices/{id}`; without a method it applies to
/// all.
package struct RoutePattern: Hashable, Sendable {
    package let method: Method?
    package let template: RouteTemplate

    package init(method: Method?, template: RouteTemplate) {
        self.method = method
        self.template = template
    }

    /// Reads `METHOD /template` or `/template`.
    package init(_ text: some StringProtocol) throws(RouteFault) {
        guard let space = text.firstIndex(of: " ") else {
            self.init(method: nil, template: try RouteTemplate(text))
            return
        }
        let method = Method(text[..<space])
        guard Method.registered.contains(method) else {
            throw RouteFault(kind: .unknownMethod, offset: 0)
        }
        let path = text[text.index(after: space)...]
        do throws(RouteFault) {
            self.init(method: method, template: try RouteTemplate(path))
        } catch {
            let skipped = text.utf8.distance(from: text.startIndex, to: path.startIndex)
            throw RouteFault(kind: error.kind, offset: error.offset + skipped)
        }
    }

    /// The pattern as it is written in a configuration.
    package var text: String {
        if let method { method.token + " " + template.text } else { template.text }
    }

    /// Whether a rule that names this pattern means the listed route `other`.
    func names(_ other: RoutePattern) -> Bool {
        template.text == other.template.text && (method == nil || method == other.method)
    }
}
