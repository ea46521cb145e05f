/** The site of the measurement: one device, one bit that is an alarm, one coil that is its siren. */
export function benchSite(port: number): string {
  return `version: 1
site: { id: bench, name: { zh: 测量, en: Measurement } }
gateway: { id: bench }
statusPage: { host: 127.0.0.1, port: 0 }
links:
  - { id: line, kind: tcp, host: 127.0.0.1, port: ${port} }
devices:
  - id: plc
    adapter: modbus
    name: { zh: 设备, en: Device }
    link: line
    settings:
      unitId: 1
      profile:
        id: bench
        name: { zh: 测量, en: Measurement }
        isVerified: false
        source: the device beside this file
        pollGroups: { fast: { everyMs: 50 } }
        points:
          - { id: event, name: { zh: 事件, en: Event }, table: discrete-input, address: 0, type: { kind: bool }, pollGroup: fast }
          - id: siren
            name: { zh: 警笛, en: Siren }
            table: coil
            address: 0
            type: { kind: bool }
            pollGroup: fast
            writable: { min: 0, max: 1, isHazardous: false }
rules:
  - id: event
    kind: equals
    device: plc
    point: event
    value: 1
    priority: critical
    message: { zh: 事件, en: Event }
    actions: [siren]
actions:
  - { id: siren, kind: hold-point, device: plc, point: siren, active: 1, idle: 0 }
`;
}
