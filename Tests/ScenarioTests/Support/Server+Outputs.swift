// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Server {
    /// The proxy's word on its outputs, in the order of the configuration.
    func outputs() throws -> [[String: Any]] {
        let status = try JSONSerialization.jsonObject(with: Data(admin("/status").body))
        return (status as? [String: Any])?["outputs"] as? [[String: Any]] ?? []
    }

    /// The same on one of them; the first where none is named.
    func output(_ name: String? = nil) throws -> [String: Any] {
        let outputs = try outputs()
        return try #require(
            outputs.first { name == nil || $0["name"] as? String == name }, "\(outputs)")
    }

    /// Waits until something holds of an output.
    @discardableResult
    func output(
        _ name: String? = nil, reaches wanted: ([String: Any]) throws -> Bool
    ) throws -> [String: Any] {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            let standing = try output(name)
            if try wanted(standing) { return standing }
            // The proxy looks once a second; asking all the time would only take its processor.
            _ = Monitor(()).wait(upTo: .milliseconds(50)) { _ in nil as Int? }
        }
        throw ScenarioFault("the output is \(try output(name))")
    }

    /// Whether an output has delivered all that there is.
    static func isComplete(_ standing: [String: Any]) -> Bool {
        standing["lag_records"] as? Int == 0 && standing["state"] as? String == "delivering"
    }
}

extension ScenarioFolder {
    /// An authority, `ca.pem`, and what it has issued for `localhost`: `r.pem` with `r.key`.
    func makeCertificates() throws {
        let make = """
            openssl req -x509 -newkey rsa:2048 -nodes -days 3 -subj /CN=ca -keyout ca.key -out ca.pem &&
            openssl req -newkey rsa:2048 -nodes -subj /CN=r -keyout r.key -out r.csr &&
            printf 'subjectAltName=DNS:localhost\\nextendedKeyUsage=serverAuth,clientAuth' > r.ext &&
            openssl x509 -req -in r.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3 -extfile r.ext -out r.pem
            """
        let ending = try ChildProcess("/bin/sh", ["-c", make], in: path).ending()
        guard ending.status == 0 else { throw ScenarioFault(ending.messages) }
    }
}
