// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// How long an API key was made for. Its end may be brought forward; the key after it is made for as long again.
package enum KeyLifetime: Hashable, Sendable {
    case endless
    case lasting(Duration)

    /// When a key ends that is made now; nil for one without an end.
    package func end(from now: UTCInstant) -> UTCInstant? {
        switch self {
        case .endless: nil
        case .lasting(let duration):
            UTCInstant(microseconds: now.microseconds + duration.wholeMilliseconds * 1000)
        }
    }

    /// `never`, or a duration such as `30d`.
    var text: String {
        switch self {
        case .endless: "never"
        case .lasting(let duration): duration.settingText
        }
    }
}

extension Form where Value == KeyLifetime {
    static let lifetime = Form.scalar(
        "a duration such as 30d, or never", write: { .string($0.text) }
    ) { text throws(Complaint) in
        guard text != "never" else { return .endless }
        let duration = try Duration(settingText: text)
        guard duration >= .milliseconds(1), duration <= .seconds(36_500 * 86_400) else {
            throw Complaint("expected 1ms to 36500d, or never; found `\(text)`")
        }
        return .lasting(duration)
    }
}
