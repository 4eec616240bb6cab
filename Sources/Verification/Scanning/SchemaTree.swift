// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords

/// ``AuditRecords/RecordSchema`` flattened into plain numbers, so that the scanner walks it without
/// touching a reference count.
struct SchemaTree: Sendable {
    /// What a member's value must be; texts of `oneOf` and `known` and numbers are in the member.
    enum Form: UInt8, Sendable {
        case text
        case oneOf
        case known
        case integer
        case bool
        case uniqueID
        case instant
        case hash
        case strings
        case object
        case labels
        case array
        case hexDigits
        case shortText
        case action
    }

    /// What a member's value is used for besides being checked.
    enum Role: UInt8, Sendable {
        case none
        case index
        case origin
        case previous
        case logTime
        case uid
        case stage
        case producer
        case boot
        case sequence
        case action
        case category
        case effect
        case who
        case `where`
        case what
        case payload
    }

    struct Member: Sendable {
        /// The name's place in ``text``.
        let name: Range<Int>
        let form: Form
        let role: Role
        /// Bit of a mandatory member.
        let bit: UInt64
        /// Range of an integer; limit or count of a text; places in ``options``.
        let low: Int64
        let high: Int64
        /// Index in ``levels`` of what is below, or -1.
        let level: Int
    }

    /// All names and options, concatenated.
    private(set) var text: [UInt8] = []
    private(set) var members: [Member] = []
    /// Sorted by name; level 0 is the record itself.
    private(set) var levels: [Range<Int>] = []
    private(set) var options: [Range<Int>] = []

    static let record = SchemaTree(RecordSchema.root)

    init(_ root: RecordSchema.Node) {
        // Breadth first, so that the members of one level are adjacent.
        var waiting: [(node: RecordSchema.Node, path: String)] = [(root, "")]
        levels.append(0..<0)
        var next = 0
        while next < waiting.count {
            let (node, path) = waiting[next]
            let first = members.count
            for below in node.members {
                let whole = path.isEmpty ? below.name : "\(path).\(below.name)"
                var level = -1
                if !below.members.isEmpty {
                    level = levels.count
                    levels.append(0..<0)
                    waiting.append((below, whole))
                }
                members.append(member(below, path: whole, level: level))
            }
            levels[next] = first..<members.count
            next += 1
        }
    }

    private mutating func add(_ string: String) -> Range<Int> {
        let start = text.count
        text.append(contentsOf: string.utf8)
        return start..<text.count
    }

    private mutating func member(
        _ node: RecordSchema.Node, path: String, level: Int
    ) -> Member {
        var (low, high): (Int64, Int64) = (0, 0)
        let form: Form
        switch node.form {
        case .text: form = .text
        case .oneOf(let values), .known(let values):
            form = node.form.isOpen ? .known : .oneOf
            low = Int64(options.count)
            for value in values.sorted() { options.append(add(value)) }
            high = Int64(options.count)
        case .integer(let range):
            form = .integer
            (low, high) = (range.lowerBound, range.upperBound)
        case .bool: form = .bool
        case .uniqueID: form = .uniqueID
        case .instant: form = .instant
        case .hash: form = .hash
        case .strings: form = .strings
        case .object: form = path == "labels" ? .labels : .object
        case .array: form = .array
        case .hexDigits(let count):
            form = .hexDigits
            high = Int64(count)
        case .shortText(let limit):
            form = .shortText
            high = Int64(limit)
        case .action: form = .action
        }
        return Member(
            name: add(node.name), form: form, role: Role(path: path), bit: node.bit, low: low,
            high: high, level: level)
    }
}

extension RecordSchema.Form {
    /// Whether other texts than the known ones are as good.
    fileprivate var isOpen: Bool { if case .known = self { true } else { false } }
}

extension SchemaTree.Role {
    fileprivate init(path: String) {
        self =
            switch path {
            case "written.index": .index
            case "written.origin": .origin
            case "written.prev": .previous
            case "written.time": .logTime
            case "uid": .uid
            case "stage": .stage
            case "producer.uid": .producer
            case "producer.boot": .boot
            case "written.seq": .sequence
            case "event.action": .action
            case "event.category": .category
            case "decision.effect": .effect
            case "commit.who": .who
            case "commit.where": .where
            case "commit.what": .what
            case "commit.payload": .payload
            default: .none
            }
    }
}
