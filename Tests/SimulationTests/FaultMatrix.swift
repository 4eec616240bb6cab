// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import Ledger
import Synchronization
import TestSupport

/// A storage operation of a story, by name.
struct FaultPoint: Sendable, CustomStringConvertible {
    let story: String
    let number: Int
    let operation: StorageFault.Operation
    let file: LogFile

    var description: String {
        "\(story), operation \(number): \(operation.rawValue) \(file.path ?? "state")"
    }
}

/// What goes wrong at a point while the process lives on.
enum PointFault: CaseIterable, Sendable {
    /// It fails.
    case error
    /// It fails, and has happened all the same.
    case errorThoughPersisted
    /// It fails, and the kernel forgets what it should have made durable.
    case errorThoughSeen
    /// Only a part of it happens.
    case errorHalfway
    /// There is no room for it.
    case full
    /// There is room for a part of it.
    case fullHalfway
    /// There is no room from here on.
    case fullFromHere
    /// The disk is gone from here on.
    case goneFromHere
    /// Nothing fails, but the clock goes an hour back.
    case clockBack

    /// What is injected at operation `number` where this goes wrong at `point`.
    func injection(
        at number: Int, _ operation: StorageFault.Operation, point: FaultPoint
    ) -> MemoryStorage.Injection? {
        let isHere = number == point.number
        switch self {
        case .error: return isHere ? .init(.system(5), effect: .nothing) : nil
        case .errorThoughPersisted: return isHere ? .init(.system(5), effect: .everything) : nil
        case .errorThoughSeen: return isHere ? .init(.system(5), effect: .unsettled) : nil
        case .errorHalfway: return isHere ? .init(.system(5), effect: .firstBytes(100)) : nil
        case .full: return isHere ? .init(.noSpace, effect: .nothing) : nil
        case .fullHalfway: return isHere ? .init(.noSpace, effect: .firstBytes(100)) : nil
        case .fullFromHere:
            let takesRoom = [.write, .reserve, .replace].contains(operation)
            return number >= point.number && takesRoom ? .init(.noSpace, effect: .nothing) : nil
        case .goneFromHere:
            return number >= point.number ? .init(.system(5), effect: .nothing) : nil
        case .clockBack: return nil
        }
    }

    /// Whether it can happen to this operation.
    func fits(_ operation: StorageFault.Operation) -> Bool {
        switch self {
        case .error, .goneFromHere, .clockBack, .fullFromHere: true
        case .errorThoughPersisted: operation != .reserve
        case .errorThoughSeen: operation == .sync || operation == .replace
        case .errorHalfway, .fullHalfway: operation == .write
        // What is reserved is there to be written; without reservations, a write can be the first to fail.
        case .full: [.reserve, .write, .replace].contains(operation)
        }
    }
}

/// The disk just before an operation, and what had been told by then.
struct CrashPoint: Sendable {
    let point: FaultPoint
    let disk: MemoryStorage
    let told: Told
}

extension Story {
    /// Tells the story without faults and keeps every crashPoint.
    func crashPoints() throws -> [CrashPoint] {
        let telling = try Telling(self)
        let crashPoints = Mutex<[CrashPoint]>([])
        let (disk, book, name) = (telling.disk, telling.book, name)
        disk.inject { number, operation, file in
            let crashPoint = CrashPoint(
                point: FaultPoint(story: name, number: number, operation: operation, file: file),
                disk: disk.crash(keeping: .everything), told: book.told)
            crashPoints.withLock { $0.append(crashPoint) }
            return nil
        }
        telling.tell(events)
        disk.inject(nil)
        if let refusal = telling.refusal { throw refusal }
        let last = crashPoints.withLock { $0 }
        guard let end = last.last else { return [] }
        return last + [
            CrashPoint(
                point: FaultPoint(
                    story: name, number: last.count, operation: end.point.operation,
                    file: end.point.file),
                disk: disk.crash(keeping: .everything), told: book.told)
        ]
    }

    /// Tells the story with one thing going wrong at one point.
    func tell(_ fault: PointFault, at point: FaultPoint) throws -> Telling {
        let telling = try Telling(self)
        let clock = telling.fixture.clock
        telling.disk.inject { number, operation, _ in
            if fault == .clockBack, number == point.number {
                clock.now = UTCInstant(microseconds: clock.now.microseconds - 3_600_000_000)
            }
            return fault.injection(at: number, operation, point: point)
        }
        telling.tell(events)
        telling.disk.inject(nil)
        return telling
    }
}

/// How much of the matrix is gone through: all of it where the environment asks for that (`make sim`), and otherwise
/// the first and the last operation of each name in each story, with the faults in turn.
enum MatrixForm {
    static let isFull = ProcessInfo.processInfo.environment["COUNTERSIGN_FAULTS"] == "all"

    /// Which of a story's crashPoints are gone through, by their place.
    static func places(_ crashPoints: [CrashPoint]) -> [Int] {
        guard !isFull else { return Array(crashPoints.indices) }
        var (first, last): ([String: Int], [String: Int]) = ([:], [:])
        for (place, crashPoint) in crashPoints.enumerated() {
            let name = "\(crashPoint.point.operation) \(crashPoint.point.file)"
            first[name] = first[name] ?? place
            last[name] = place
        }
        return Set(first.values).union(last.values).sorted()
    }

    static func chosen<Choice>(_ choices: [Choice], at point: FaultPoint) -> [Choice] {
        isFull || choices.isEmpty ? choices : [choices[point.number % choices.count]]
    }

    /// Where a write of this length is torn: at every byte in the full form.
    static func tears(_ length: Int, at point: FaultPoint) -> [Int] {
        guard !isFull else { return Array(0..<length) }
        let places = [0, 1, 2, 8, 79, 87, 88, 89, length / 2, length - 9, length - 2, length - 1]
        return chosen(Set(places).filter { (0..<length).contains($0) }.sorted(), at: point)
    }
}
