// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
package import ByteCoding
internal import Merkle

/// What the catalog keeps of one leaf, read but not yet stored.
///
/// Texts are ranges of ``CatalogBatch/text``, as a log has more records a second than there is time to make strings.
package struct CatalogLeaf: Sendable {
    package var index: UInt64 = 0
    /// Length of the leaf.
    package var byteCount: Int64 = 0
    package var uid: UniqueID?
    /// Of `time`, or of the leaf before where this one has none.
    package var time = UTCInstant(microseconds: 0)
    package var duration: Int64?
    package var requestSize: Int64?
    package var responseSize: Int64?
    package var trace: TraceID?
    /// Whether an outcome with the same uid is still to come.
    package var isStarted = false
    /// The keys of its shapes.
    package var deed = 0..<0
    package var caller = 0..<0
    /// Texts as they stand in the leaf, without their quotes; empty where absent.
    package var actor = 0..<0
    package var session = 0..<0
    /// The object with its braces.
    package var labels = 0..<0
    /// An object of ``OtherID``s; empty where there is none.
    package var otherIDs = 0..<0
    /// A bit for each group that it commits to, as ``CommitGroupBits`` says.
    package var groups: Int64 = 0
    package var personal = PersonalTokens()
    /// Where its sealed values are in their segment's file; empty where that is not known.
    package var sealed = 0..<0
}

/// The sixteen bytes of a W3C trace id.
package struct TraceID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless the text is 32 hexadecimal digits.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32, let bytes = Hex.decode(text) else { return nil }
        (high, low) = (0, 0)
        for byte in bytes[..<8] { high = high << 8 | UInt64(byte) }
        for byte in bytes[8...] { low = low << 8 | UInt64(byte) }
    }
}

/// Leaves that are stored together, with the size that the catalog has afterwards.
package struct CatalogBatch: Sendable {
    package private(set) var text: [UInt8] = []
    package private(set) var leaves: [CatalogLeaf] = []
    /// How many leaves before the first one are not here, as their segments were put away or destroyed.
    package var skipped: UInt64 = 0
    /// Ids of subjects and months whose keys are destroyed, according to these leaves.
    package private(set) var erasedSubjects: [String] = []
    package private(set) var erasedPeriods: [String] = []
    /// What the leaves before the next one leave behind.
    private var lastTime = UTCInstant(microseconds: 0)
    private var pass = LeafPass()
    /// The last instant up to its seconds, and what it comes to.
    private var minuteText: [UInt8] = []
    private var minuteStart: Int64 = 0

    package init() {}

    package var isEmpty: Bool { leaves.isEmpty }

    /// Forgets the leaves and keeps the memory.
    package mutating func removeAll() {
        skipped = 0
        erasedSubjects = []
        erasedPeriods = []
        text.removeAll(keepingCapacity: true)
        leaves.removeAll(keepingCapacity: true)
    }

    /// Takes the next leaf. One that is none of ours is kept by its index and place in time alone.
    package mutating func append(
        _ leaf: [UInt8], at index: UInt64, values: FollowedValues?
    ) {
        let bytes = leaf.span
        var row = CatalogLeaf()
        row.index = index
        row.byteCount = Int64(leaf.count)
        row.time = lastTime
        guard pass.read(bytes) else {
            leaves.append(row)
            return
        }
        if let time = instant(bytes, pass[.time]) { row.time = time }
        lastTime = row.time
        row.uid = uid(bytes, pass[.uid])
        row.duration = number(bytes, pass[.duration])
        row.requestSize = number(bytes, pass[.requestSize])
        row.responseSize = number(bytes, pass[.responseSize])
        row.trace = trace(bytes, pass[.trace])
        row.isStarted = isStarted(bytes, pass[.stage])
        row.actor = take(bytes, unquoted(pass[.actor]))
        row.session = take(bytes, unquoted(pass[.session]))
        row.labels = take(bytes, pass[.labels])
        row.otherIDs = otherIDs(bytes)
        row.groups = CommitGroupBits.of { !pass[$0].isEmpty }
        row.deed = shape(bytes, Self.deedMembers)
        row.caller = shape(bytes, Self.callerMembers)
        (row.personal, row.sealed) = personal(bytes, values)
        leaves.append(row)
        if Self.erasing.contains(where: leaf[pass[.action]].elementsEqual) { note(erasure: leaf) }
    }

    private static let erasing = EventAction.erasing.map { Array("\"\($0.rawValue)\"".utf8) }

    private mutating func note(erasure leaf: [UInt8]) {
        do throws(RecordFault) {
            let erase = try Record(leaf: leaf).value["erase"]
            erasedSubjects += (erase?["subjects"]?.array ?? []).compactMap(\.string)
            erasedPeriods += (erase?["periods"]?.array ?? []).compactMap(\.string)
        } catch {
            // Not one of our records: it erases nothing.
        }
    }

    private func unquoted(_ place: Range<Int>) -> Range<Int> {
        place.count < 2 ? 0..<0 : place.lowerBound + 1..<place.upperBound - 1
    }

    private mutating func take(_ leaf: Span<UInt8>, _ place: Range<Int>) -> Range<Int> {
        let start = text.count
        for position in place { text.append(leaf[position]) }
        return start..<text.count
    }

    /// Puts the ids together as an object, so that accesses with the same ones share its number.
    private mutating func otherIDs(_ leaf: Span<UInt8>) -> Range<Int> {
        let start = text.count
        for id in OtherID.allCases {
            let place = pass[id.member]
            guard !place.isEmpty else { continue }
            text.append(UInt8(ascii: text.count == start ? "{" : ","))
            text.append(contentsOf: "\"\(id.rawValue)\":".utf8)
            for position in place { text.append(leaf[position]) }
        }
        if text.count > start { text.append(UInt8(ascii: "}")) }
        return start..<text.count
    }

    private static let deedMembers = LeafMember.allCases.filter { $0.aspect == .deed }
    private static let callerMembers = LeafMember.allCases.filter { $0.aspect == .caller }

    private mutating func shape(
        _ leaf: Span<UInt8>, _ members: [LeafMember]
    ) -> Range<Int> {
        let start = text.count
        for member in members {
            let place = pass[member]
            guard !place.isEmpty else { continue }
            text.append(UInt8(member.rawValue + 1))
            for position in place { text.append(leaf[position]) }
            text.append(0)
        }
        return start..<text.count
    }

    /// Tokens of what the leaf commits to, and where that is sealed. Without anybody who opens values, all of them are
    /// withheld.
    private func personal(
        _ leaf: Span<UInt8>, _ values: FollowedValues?
    ) -> (PersonalTokens, sealed: Range<Int>) {
        func commitment(_ member: LeafMember) -> Hash256? {
            let text = unquoted(pass[member])
            return text.isEmpty ? nil : Hash256(base64: leaf.extracting(text))
        }
        let (who, place, what) = (commitment(.who), commitment(.place), commitment(.what))
        if let values {
            return (
                values.tokens(who: who, place: place, what: what),
                values.place(of: who, place, what)
            )
        }
        var tokens = PersonalTokens()
        if who != nil { tokens.names = .withheld }
        if place != nil { (tokens.address, tokens.agent) = (.withheld, .withheld) }
        if what != nil { tokens.path = .withheld }
        return (tokens, 0..<0)
    }

    private func isStarted(_ leaf: Span<UInt8>, _ place: Range<Int>) -> Bool {
        place.count == Self.started.count
            && place.allSatisfy { leaf[$0] == Self.started[$0 - place.lowerBound] }
    }

    private static let started = Array("\"started\"".utf8)

    private func number(_ leaf: Span<UInt8>, _ place: Range<Int>) -> Int64? {
        guard !place.isEmpty, place.count < 18 else { return nil }
        var number: Int64 = 0
        for position in place {
            let digit = leaf[position]
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            number = number * 10 + Int64(digit - 0x30)
        }
        return number
    }

    private func hex(_ leaf: Span<UInt8>, _ range: Range<Int>, into word: inout UInt64) -> Bool {
        for position in range {
            guard let nibble = Hex.nibble(leaf[position]) else { return false }
            word = word << 4 | UInt64(nibble)
        }
        return true
    }

    private func trace(_ leaf: Span<UInt8>, _ place: Range<Int>) -> TraceID? {
        let text = unquoted(place)
        guard text.count == 32 else { return nil }
        var trace = TraceID(high: 0, low: 0)
        let middle = text.lowerBound + 16
        guard hex(leaf, text.lowerBound..<middle, into: &trace.high),
            hex(leaf, middle..<text.upperBound, into: &trace.low)
        else { return nil }
        return trace
    }

    private func uid(_ leaf: Span<UInt8>, _ place: Range<Int>) -> UniqueID? {
        let text = unquoted(place)
        guard text.count == 36 else { return nil }
        let start = text.lowerBound
        var (high, low) = (UInt64(0), UInt64(0))
        guard hex(leaf, start..<start + 8, into: &high),
            hex(leaf, start + 9..<start + 13, into: &high),
            hex(leaf, start + 14..<start + 18, into: &high),
            hex(leaf, start + 19..<start + 23, into: &low),
            hex(leaf, start + 24..<start + 36, into: &low)
        else { return nil }
        return UniqueID(high: high, low: low)
    }

    /// An instant as records spell it.
    private mutating func instant(_ leaf: Span<UInt8>, _ place: Range<Int>) -> UTCInstant? {
        let text = unquoted(place)
        guard text.count == 27 else { return nil }
        let minute = text.lowerBound..<text.lowerBound + 17
        // The minute rarely changes from one record to the next.
        if minuteText.count == 17,
            minute.allSatisfy({ leaf[$0] == minuteText[$0 - text.lowerBound] }),
            let seconds = number(leaf, minute.upperBound..<minute.upperBound + 2), seconds < 60,
            let fraction = number(leaf, minute.upperBound + 3..<minute.upperBound + 9)
        {
            return UTCInstant(microseconds: minuteStart + seconds * 1_000_000 + fraction)
        }
        let whole = String(decoding: text.map { leaf[$0] }, as: UTF8.self)
        guard let instant = UTCInstant(rfc3339: whole) else { return nil }
        minuteText = minute.map { leaf[$0] }
        let (ofMinute, length) = (instant.microseconds % 60_000_000, Int64(60_000_000))
        minuteStart = instant.microseconds - (ofMinute < 0 ? ofMinute + length : ofMinute)
        return instant
    }
}
