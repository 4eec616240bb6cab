// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension LimitFacts {
    /// Writes the member `limit` and a comma.
    func write(to text: inout RecordText) {
        text.put(#""limit":{"bucket":"#)
        text.put(bucket.bytes)
        text.put(#","limit":"#)
        text.put(limit)
        text.put(#","remaining":"#)
        text.put(remaining)
        text.put(",")
        text.put(#""reset_s":"#, resetSeconds)
        text.closeObject()
        text.put(",")
    }
}
