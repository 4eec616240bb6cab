// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import RecordForms

/// Records as log records of OpenTelemetry, by OTLP/HTTP in its JSON encoding.
///
/// What a receiver answers with 200 it has taken. Those that it says it left out (`partialSuccess`) must not be sent again: they
/// are counted, and recorded by their number, as it does not say which they are.
package final class OTLPSender: OutputSender {
    package struct Options: Hashable, Sendable {
        package var receiver: HTTPReceiver
        package var form: DerivedForm
        /// Sent as `Authorization: Bearer`.
        package var token: HTTPSecret?
        /// Of one request; a single record may be longer.
        package var mostBytes: Int

        package init(
            receiver: HTTPReceiver, form: DerivedForm, token: HTTPSecret?, mostBytes: Int
        ) {
            self.receiver = receiver
            self.form = form
            self.token = token
            self.mostBytes = mostBytes
        }
    }

    private let options: Options
    private let exchange: HTTPExchange

    package init(_ options: Options, now: @escaping @Sendable () -> UTCInstant) {
        self.options = options
        exchange = HTTPExchange(options.receiver, now: now)
    }

    package var cautions: [String] { exchange.cautions }

    package func open(_ beginning: OutputBeginning) throws(OutputFailure) { try exchange.open() }

    package func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer {
        let fields = options.token.map { [("Authorization", "Bearer \($0.text)")] } ?? []
        return HTTPParts.send(records, most: options.mostBytes, options.form) {
            part throws(OutputFailure) in
            let body = OTLPLogs.request(part.records, options.form)
            let answer = try exchange.post(body, fields: fields)
            return (
                answer.end(from: options.receiver.target), body.count,
                OTLPLogs.partial(answer, of: part)
            )
        }
    }

    package func preview(_ record: OutputRecord) -> [UInt8] {
        OTLPLogs.request([record], options.form)
    }

    package func check() throws(OutputFailure) {
        try exchange.open()
        exchange.close()
    }

    package func close() { exchange.close() }
}
