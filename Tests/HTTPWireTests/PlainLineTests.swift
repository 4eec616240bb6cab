// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

/// Lines that are read in one pass mean what they mean when they come byte by byte, which is read in another way.
@Suite("Field lines in one pass")
struct PlainLineTests {
    @Test("Every byte in every place of a line means the same however the line comes")
    func everyByte() throws {
        let line = Array("X-Name: some value, long enough for two steps\r\n".utf8)
        for place in line.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = line
                changed[place] = byte
                let head = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + changed + [13, 10]
                let (whole, _) = outcome(head, .burst, limits: .standard)
                let (single, _) = outcome(head, .byteByByte, limits: .standard)
                #expect(whole == single, "byte \(byte) at \(place)")
            }
        }
    }

    @Test("A line of every length around eight bytes is read to its end", arguments: 0...40)
    func everyLength(_ count: Int) throws {
        let value = String(repeating: "v", count: count)
        let head = try parse(request("X-Name: \(value)", "Accept: */*"))
        let field = try #require(head.fields.first { head.string(of: $0.name) == "X-Name" })
        #expect(head.string(of: field.value) == value)
        #expect(head.fields.count == 3)
    }

    @Test("The limit of a head is the same in one pass and in many")
    func limit() throws {
        let text = latin1(request("X-Name: value", "X-Other: value"))
        for most in text.count - 40...text.count + 1 {
            var limits = Limits.standard
            limits.headBytes = most
            let (whole, _) = outcome(text, .burst, limits: limits)
            let (single, _) = outcome(text, .byteByByte, limits: limits)
            #expect(whole == single, "\(most)")
        }
    }
}
