// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Observability
import Testing

@Suite struct `What lanes count` {
    private let meters = {
        let meters = TrafficMeters(
            listeners: 2, effects: ["allow", "deny"], reasons: ["no_route", "no_credentials"],
            unrouted: "-")
        meters.show(listeners: ["127.0.0.1:80", "[::1]:443"])
        return meters
    }()

    private var page: PageReader {
        PageReader(MetricsPage.text(of: meters.metrics, as: .prometheus))
    }

    @Test func `is added up over lanes, each number in its place`() {
        let one = meters.openLane()
        let other = meters.openLane()
        let (shop, mail) = (meters.slot(of: "shop"), meters.slot(of: "mail"))
        one.countRequest(listener: 0, effect: 0, service: shop)
        other.countRequest(listener: 0, effect: 0, service: shop)
        other.countRequest(listener: 1, effect: 1, service: mail)
        one.countRequest(listener: 0, effect: 1, service: .unrouted)
        one.countRefusal(reason: 0)
        other.countRefusal(reason: 1)
        other.countRefusal(reason: 1)
        one.countHandshake(listener: 1, .completed)
        one.countHandshake(listener: 1, .failed)
        one.countUpstreamHandshake(.failed, service: mail)
        one.adjust(.idle, by: 2, service: shop)
        other.adjust(.idle, by: 3, service: shop)
        one.adjust(.idle, by: -1, service: shop)
        let page = page
        #expect(page.faults == [])
        func requests(_ listener: String, _ service: String, _ effect: String) -> Double? {
            page.value(
                "countersign_requests_total",
                ["listener": listener, "service": service, "effect": effect])
        }
        #expect(requests("127.0.0.1:80", "shop", "allow") == 2)
        #expect(requests("[::1]:443", "mail", "deny") == 1)
        #expect(requests("127.0.0.1:80", "-", "deny") == 1)
        let all = page.samples.filter { $0.name == "countersign_requests_total" }
        #expect(all.count == 2 * 2 * 3)
        #expect(all.map(\.value).reduce(0, +) == 4)
        #expect(page.value("countersign_refusals_total", ["reason": "no_credentials"]) == 2)
        #expect(
            page.value(
                "countersign_tls_handshakes_total",
                ["listener": "[::1]:443", "result": "failed"]) == 1)
        #expect(
            page.value(
                "countersign_upstream_handshakes_total",
                ["service": "mail", "result": "failed"]) == 1)
        #expect(page.value("countersign_upstream_pool_idle", ["service": "shop"]) == 4)
        #expect(page.value("countersign_upstream_pool_waiting", ["service": "shop"]) == 0)
    }

    @Test func `says where the time of requests goes, by service and phase`() {
        let lane = meters.openLane()
        let shop = meters.slot(of: "shop")
        for phase in RequestPhase.allCases {
            lane.record(
                nanoseconds: UInt64(phase.rawValue + 1) * 1_000_000, of: phase, service: shop)
        }
        lane.record(nanoseconds: 21_000_000, service: shop)
        let page = page
        #expect(page.faults == [])
        for phase in RequestPhase.allCases {
            let labels = ["service": "shop", "phase": phase.label]
            let name = "countersign_request_phase_duration_seconds"
            #expect(page.value(name + "_count", labels) == 1)
            #expect(page.value(name + "_sum", labels) == Double(phase.rawValue + 1) / 1000)
        }
        let name = "countersign_request_duration_seconds"
        #expect(page.value(name + "_bucket", ["service": "shop", "le": "0.01"]) == 0)
        #expect(page.value(name + "_bucket", ["service": "shop", "le": "0.025"]) == 1)
        #expect(page.value(name + "_count", ["service": "-"]) == 0)
    }

    @Test func `keeps a service's numbers over reloads, and bounds how many services there are`() {
        let lane = meters.openLane()
        let first = meters.slot(of: "service 0")
        for number in 1..<TrafficMeters.mostServices {
            #expect(meters.slot(of: "service \(number)") != first)
        }
        #expect(meters.slot(of: "service 0") == first)
        let beyond = meters.slot(of: "one too many")
        #expect(meters.slot(of: "and another") == beyond)
        lane.countRequest(listener: 0, effect: 0, service: beyond)
        lane.countRequest(
            listener: 0, effect: 0, service: meters.slot(of: "service 255"))
        let page = page
        #expect(page.faults == [])
        for name in [TrafficMeters.other, "service 255"] {
            #expect(
                page.value(
                    "countersign_requests_total",
                    ["listener": "127.0.0.1:80", "service": name, "effect": "allow"]) == 1)
        }
        let shown = page.samples.filter { $0.name == "countersign_requests_total" }.count
        #expect(shown == (TrafficMeters.mostServices + 2) * 4)
    }

    @Test func `shows names of the configuration as they are, whatever they hold`() {
        _ = meters.openLane()
        _ = meters.slot(of: "a\"} 1\nevil_total 1 \\")
        #expect(page.faults == [])
        #expect(page.kinds["evil_total"] == nil)
    }
}
