// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

extension HTTPExchange.Answer {
    /// What the status says of the records that were sent, where the protocol has nothing to add.
    ///
    /// Whoever is not let in, or has the wrong address, has no bad record: the rest is kept and sent again, however long
    /// that takes. Only what says that this content is not taken leads to the record that is at fault.
    func end(from target: String) -> OutputAnswer.End {
        switch status {
        case 200..<300: .done
        case 300..<400:
            failed(
                .badAnswer,
                "\(target) answers with a redirect (\(status)), which is not followed\(leading); give the output the address that takes records."
            )
        case 401, 402, 403, 407:
            failed(
                .notPermitted,
                "\(target) lets nobody in with this secret (\(status)): \(words). Mend the secret, here or there."
            )
        case 404, 405, 410, 421, 426:
            failed(
                .badAnswer,
                "\(target) takes no records at this address (\(status)): \(words). Correct the address of the output."
            )
        case 408, 425, 429, 500...:
            failed(.busy, "\(target) cannot take anything now (\(status)): \(words).")
        default: .refused(OutputRefusal(status: "\(status)", reason: words, isTooOld: isTooOld))
        }
    }

    private func failed(_ code: OutputFailure.Code, _ message: String) -> OutputAnswer.End {
        .failed(OutputFailure(code, message, retryAfter: retryAfter))
    }

    private var leading: String { location.map { " (to \($0.prefix(200)))" } ?? "" }

    /// The beginning of the body, on one line.
    var words: String {
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        let line = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return line.isEmpty ? "it says nothing more" : line
    }

    private var isTooOld: Bool {
        let text = words.lowercased()
        return ["too old", "too far behind", "too far in the past", "older than"]
            .contains { text.contains($0) }
    }

    /// The body as JSON; nil if it is none.
    var json: JSONValue? {
        do throws(JSONFault) {
            return try JSONParser.parse(body, as: .strict, deepest: 8)
        } catch {
            return nil
        }
    }
}
