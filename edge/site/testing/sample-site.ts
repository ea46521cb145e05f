/** A small good site file, as a person writes it. Tests plant their faults in it. */
export const SAMPLE_SITE = `version: 1
site:
  id: pump-01
  name: { zh: 一号泵站, en: Pump station 1 }
gateway:
  id: gateway-01
statusPage: { host: 127.0.0.1, port: 0 }

links:
  - id: panel
    kind: tcp
    host: 127.0.0.1
    port: 1502

devices:
  - id: station
    adapter: modbus
    name: { zh: 控制柜, en: Panel }
    link: panel
    settings:
      unitId: 1
      profile: two-pump-station

rules:
  - id: high-level
    kind: threshold
    device: station
    point: level
    is: above
    limit: 3.2
    deadband: 0.1
    priority: critical
    message: { zh: 水位过高, en: Level is high }
    actions: [siren]

actions:
  - id: siren
    kind: hold-point
    device: station
    point: siren
    active: 1
    idle: 0
`;
