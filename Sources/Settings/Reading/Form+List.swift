// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Form {
    /// A list; with `isEmptyAllowed` false at least one element has to be there.
    static func list<Element>(
        of element: Form<Element>, isEmptyAllowed: Bool
    ) -> Form where Value == [Element] {
        let members = [
            JSONMember("type", .string("array")),
            JSONMember("items", element.schema),
            JSONMember("minItems", .integer(isEmptyAllowed ? 0 : 1)),
        ]
        return Form(
            read: { place, reading in
                guard case .list(let items) = place.node.content else {
                    reading.note(
                        .wrongShape, at: place,
                        "expected a list, found \(place.node.shape); write `[…]` or lines with `- `"
                    )
                    return nil
                }
                guard isEmptyAllowed || !items.isEmpty else {
                    reading.note(.badValue, at: place, "the list is empty")
                    return nil
                }
                let before = reading.faults.count
                let values = items.indices.compactMap { position in
                    place[position].flatMap { element.read($0, reading) }
                }
                return reading.faults.count == before ? values : nil
            },
            write: { .array($0.compactMap(element.write)) },
            schema: .object(members), keys: element.keys, isList: true)
    }

    /// A list in which no value stands twice.
    ///
    /// - Parameter most: how many values there may be; where they stand in every record, a record has to
    ///   fit its entry.
    static func set<Element: Hashable>(
        of element: Form<Element>, isEmptyAllowed: Bool, most: Int = 4096
    ) -> Form where Value == [Element] {
        let list = Form.list(of: element, isEmptyAllowed: isEmptyAllowed)
        var members: [JSONMember] = []
        if case .object(let found) = list.schema { members = found }
        members += [
            JSONMember("uniqueItems", .bool(true)), JSONMember("maxItems", .integer(Int64(most))),
        ]
        return Form(
            read: { place, reading in
                guard let values = list.read(place, reading) else { return nil }
                guard values.count <= most else {
                    reading.note(
                        .badValue, at: place,
                        "\(values.count) values are listed; at most \(most) can be")
                    return nil
                }
                var seen: Set<Element> = []
                for (position, value) in values.enumerated() where !seen.insert(value).inserted {
                    reading.note(.conflict, at: place[position] ?? place, "listed twice")
                }
                return seen.count == values.count ? values : nil
            },
            write: list.write, schema: .object(members))
    }
}
