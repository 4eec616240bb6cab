// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Disclosures
import Query

/// Says of each field what a catalog knows of it.
struct SearchTerms {
    let unit: CatalogUnit
    let sight: SearchSight

    func limits(of expression: QueryExpression) -> SearchLimits {
        switch expression {
        case .everything: SearchLimits(exactly: .all)
        case .term(let term): limits(of: term)
        case .not(let inner): limits(of: inner).negated
        case .all(let parts): .all(parts.map { limits(of: $0) })
        case .any(let parts): .any(parts.map { limits(of: $0) })
        }
    }

    private func limits(of term: QueryTerm) -> SearchLimits {
        switch term.field {
        case .label(let name): SearchLimits(exactly: Self.pair(.label, name, term.value))
        case .anyWord: word(term.value)
        case .named(let name): limits(of: term, name)
        }
    }

    private func limits(of term: QueryTerm, _ name: QueryField.Name) -> SearchLimits {
        let value = term.value
        return switch name {
        case .action, .auth, .category, .class, .created, .decision, .dur, .log, .outcome, .policy,
            .reason, .role, .route, .rule, .service, .size, .stage, .status, .tag, .zone:
            SearchLimits(
                exactly: .or(Self.fields(of: name).map { .test($0, Self.comparison(value)) }))
        case .method: method(value)
        case .trace: trace(value)
        case .uid: uid(value)
        case .index: index(value)
        case .producer: producer(value)
        case .session:
            SearchLimits(
                exactly: .or([
                    .test(.session, Self.comparison(value)),
                    Self.pair(.otherID, OtherID.session.rawValue, value),
                ]))
        case .actor:
            personal(
                term, .name,
                leaf: .or(
                    [.test(.actor, Self.comparison(value))]
                        + [OtherID.key, .claimed, .claimedKey, .via].map {
                            Self.pair(.otherID, $0.rawValue, value)
                        }))
        case .ip: personal(term, .address, leaf: .nothing)
        case .path: personal(term, .path, leaf: .nothing)
        case .rawpath: rawPath(term)
        case .has: groups(value)
        case .erased: erasures(value)
        }
    }

    /// The fields of a catalog of which one has to fit; those where a catalog knows just what a query asks.
    private static func fields(of name: QueryField.Name) -> [CatalogField] {
        switch name {
        case .action: [.action]
        case .auth: [.auth, .claimedAuth]
        case .category: [.category]
        case .class: [.eventClass]
        case .created: [.time]
        case .decision: [.decision]
        case .dur: [.duration]
        case .log: [.log]
        case .outcome: [.outcome]
        case .policy: [.policy, .policyVersion]
        case .reason: [.reason]
        case .role: [.role]
        case .route: [.route]
        case .rule: [.rule]
        case .service: [.service]
        case .size: [.requestSize, .responseSize]
        case .stage: [.stage]
        case .status: [.status]
        case .tag: [.tag]
        case .zone: [.zone]
        case .actor, .erased, .has, .index, .ip, .method, .path, .producer, .rawpath, .session,
            .trace,
            .uid:
            []
        }
    }

    /// Catalogs know paths by what they lead to; a beginning of one as it was written may be of any, and so may one
    /// that is so long that a record cut it, in either form, or whose bytes it mended.
    private func rawPath(_ term: QueryTerm) -> SearchLimits {
        if case .text(let text) = term.value,
            text.utf8.count * 3 < RecordLimits.stringBytes,
            !text.unicodeScalars.contains("\u{FFFD}")
        {
            return personal(term, .path, leaf: .nothing)
        }
        return personal(QueryTerm(.named(.path), .any), .path, leaf: .nothing)
    }

    private static func comparison(_ value: QueryValue) -> CatalogComparison {
        switch value {
        case .any: .exists
        case .text(let text): .equals(text)
        case .prefix(let text): .prefix(text)
        case .part(let text): .part(text)
        case .range(let range): .range(range.lower, range.upper)
        case .network(let block): .network(block.first, bits: block.prefixLength)
        }
    }

    private static func pair(
        _ field: CatalogField, _ name: String, _ value: QueryValue
    ) -> CatalogFilter {
        switch value {
        case .any: .test(field, .pair(name: name, value: nil))
        case .text(let text): .test(field, .pair(name: name, value: text))
        case .prefix(let text): .test(field, .pairPrefix(name: name, value: text))
        case .part, .range, .network: .nothing
        }
    }

    /// A word without a field, in letters of either case; beginnings of opaque ids are known only exactly.
    private func word(_ value: QueryValue) -> SearchLimits {
        let fields: [CatalogField] = [.action, .service, .route, .reason, .decisionReason]
        let names = CatalogFilter.or(fields.map { .test($0, Self.comparison(value)) })
        guard case .prefix(let text) = value else {
            return SearchLimits(exactly: .or([names, .test(.actor, Self.comparison(value))]))
        }
        return SearchLimits(
            upper: .or([names, .test(.actor, .part(text))]),
            lower: .or([names, .test(.actor, .prefix(text))]))
    }

    /// A method that is not registered stands in a member that catalogs leave out.
    private func method(_ value: QueryValue) -> SearchLimits {
        let test = CatalogFilter.test(.method, Self.comparison(value))
        if case .any = value { return SearchLimits(exactly: test) }
        if case .text(let text) = value,
            QueryFieldRow.of(.method).knownWords.contains(where: { $0.lowercased() == text })
        {
            return SearchLimits(exactly: test)
        }
        return SearchLimits(upper: .or([test, .test(.method, .equals("_OTHER"))]), lower: test)
    }

    private func trace(_ value: QueryValue) -> SearchLimits {
        switch value {
        case .any: return SearchLimits(exactly: .test(.trace, .exists))
        case .text(let text): return SearchLimits(exactly: .test(.trace, .equals(text)))
        case .prefix(let text):
            guard text.utf8.allSatisfy(Self.isHex) else { return SearchLimits(exactly: .nothing) }
            let known = CatalogFilter.test(.trace, .prefix(String(text.prefix(Self.knownDigits))))
            return text.utf8.count <= Self.knownDigits
                ? SearchLimits(exactly: known) : SearchLimits(upper: known, lower: .nothing)
        case .part, .range, .network: return SearchLimits(exactly: .nothing)
        }
    }

    private func uid(_ value: QueryValue) -> SearchLimits {
        switch value {
        case .any: return SearchLimits(exactly: .test(.uid, .exists))
        case .text(let text): return SearchLimits(exactly: .test(.uid, .equals(text)))
        case .prefix(let text):
            let digits = text.filter { $0 != "-" }
            guard digits.utf8.allSatisfy(Self.isHex) else { return SearchLimits(exactly: .nothing) }
            return SearchLimits(
                upper: .test(.uid, .prefix(String(digits.prefix(Self.knownDigits)))),
                lower: .nothing)
        case .part, .range, .network: return SearchLimits(exactly: .nothing)
        }
    }

    /// So many digits of an id are found by.
    private static let knownDigits = 16

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Any record of an access counts. Catalogs know the first and the newest; others lie in between.
    private func index(_ value: QueryValue) -> SearchLimits {
        guard case .range(let range) = value else { return SearchLimits(exactly: .all) }
        let newest = CatalogFilter.test(.index, .range(range.lower, range.upper))
        guard unit == .access else { return SearchLimits(exactly: newest) }
        let known = CatalogFilter.or([.test(.first, .range(range.lower, range.upper)), newest])
        guard let lower = range.lower, let upper = range.upper, lower > 0 else {
            return SearchLimits(exactly: known)
        }
        return SearchLimits(
            upper: .or([
                known,
                .and([
                    .test(.first, .range(nil, lower - 1)), .test(.index, .range(upper + 1, nil)),
                ]),
            ]), lower: known)
    }

    /// Any record of an access counts; catalogs know the producer of the newest, and no boots.
    private func producer(_ value: QueryValue) -> SearchLimits {
        let test = CatalogFilter.test(.producer, Self.comparison(value))
        let mayBeBoot =
            switch value {
            case .text(let text), .prefix(let text):
                text.utf8.allSatisfy { Self.isHex($0) || $0 == UInt8(ascii: "-") }
            case .any, .part, .range, .network: false
            }
        if mayBeBoot { return SearchLimits(upper: .all, lower: test) }
        if case .any = value { return SearchLimits(exactly: test) }
        guard unit == .access else { return SearchLimits(exactly: test) }
        return SearchLimits(upper: .or([test, Self.hasSeveral]), lower: test)
    }

    /// Whether an access has several records; of a record, whether it is the newest of several.
    private static var hasSeveral: CatalogFilter { .test(.last, .exists) }

    /// What the row of an access says of groups is true of all its records together, so of the newest by itself only
    /// where there is no other.
    private func groups(_ value: QueryValue) -> SearchLimits {
        let test = CatalogFilter.test(.group, Self.comparison(value))
        guard unit == .record else { return SearchLimits(exactly: test) }
        return SearchLimits(upper: test, lower: .and([test, .not(Self.hasSeveral)]))
    }

    private func erasures(_ value: QueryValue) -> SearchLimits {
        let test = CatalogFilter.test(.group, Self.comparison(value))
        return SearchLimits(
            upper: test, lower: .nothing,
            exact: sight == .sealed && unit == .access ? .doubt(test) : nil)
    }

    /// - Parameters:
    ///   - field: the one with tokens of the values.
    ///   - leaf: what leaves say, which is enough for a hit.
    private func personal(
        _ term: QueryTerm, _ field: CatalogField, leaf: CatalogFilter
    ) -> SearchLimits {
        guard let group = term.personalGroup else { return SearchLimits(exactly: leaf) }
        let sealed = CatalogFilter.test(.group, .equals(group.rawValue))
        switch sight {
        case .sealed:
            return SearchLimits(
                upper: .or([leaf, sealed]), lower: leaf,
                exact: unit == .access ? .or([leaf, .doubt(sealed)]) : nil)
        case .opened: return SearchLimits(upper: .or([leaf, sealed]), lower: leaf)
        case .openedByToken:
            return SearchLimits(
                upper: .or([
                    leaf, .test(field, Self.comparison(term.value)), .test(field, .withheld),
                ]), lower: leaf)
        }
    }
}
