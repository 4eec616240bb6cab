// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
internal import RecordForms

/// Records that go into one request each time, as many as its length allows.
enum HTTPParts {
    /// Records of one request: one at least.
    struct Part {
        let first: OutputRecord
        private(set) var records: [OutputRecord]

        var last: OutputRecord { records.last ?? first }

        init(_ record: OutputRecord) {
            first = record
            records = [record]
        }

        mutating func append(_ record: OutputRecord) { records.append(record) }
    }

    /// Sends part after part, until one is not taken.
    ///
    /// - Parameter post: sends one; says what became of it, its length, and what the receiver says of
    ///   records that it has left out without naming them.
    static func send(
        _ records: ArraySlice<OutputRecord>, most: Int, _ form: DerivedForm,
        _ post: (Part) throws(OutputFailure) -> (
            end: OutputAnswer.End, bytes: Int, partial: OutputRefusal?
        )
    ) -> OutputAnswer {
        var answer = OutputAnswer(settled: 0, .done, bytes: 0)
        var rest = records
        while let first = rest.first {
            var part = Part(first)
            var bytes = first.line(form).count
            for record in rest.dropFirst() {
                bytes += record.line(form).count
                guard bytes <= most else { break }
                part.append(record)
            }
            do throws(OutputFailure) {
                let outcome = try post(part)
                answer.bytes += UInt64(outcome.bytes)
                guard case .done = outcome.end else {
                    answer.end = outcome.end
                    return answer
                }
                if let partial = outcome.partial {
                    answer.refused.append((answer.settled, partial))
                }
            } catch {
                answer.end = .failed(error)
                return answer
            }
            answer.settled += part.records.count
            rest = rest.dropFirst(part.records.count)
        }
        return answer
    }
}
