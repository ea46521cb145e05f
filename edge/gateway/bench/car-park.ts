/** The idTag of everybody who charges in the measurement. */
export const TAG = "04A1B2C3";

/** What the n-th charge point calls itself. */
export function identityOf(index: number): string {
  return `CP-${index + 1}`;
}

/** The site of the measurement: so many charge points on one supply, and a port for them to call. */
export function carPark(port: number, stations: number): string {
  const identities = Array.from({ length: stations }, (_, index) => identityOf(index));
  const devices = identities.map(
    (identity) => `  - id: ${identity.toLowerCase()}
    adapter: ocpp
    name: { zh: 充电桩, en: Charge point }
    link: csms
    settings: { identity: ${identity}, securityProfile: 0, versions: [ocpp1.6], connectors: [{ id: 1 }] }`,
  );
  return `version: 1
site: { id: bench, name: { zh: 测量, en: Measurement } }
gateway: { id: bench }
statusPage: { host: 127.0.0.1, port: 0 }
links:
  - { id: csms, kind: listener, transport: tcp, host: 127.0.0.1, port: ${port}, maxPeers: 512 }
devices:
  - id: supply
    adapter: charging-site
    name: { zh: 供电, en: Supply }
    link: csms
    settings:
      supply: { limitA: { L1: 2000, L2: 2000, L3: 2000 }, fallbackA: 6 }
      idTags: [{ idTag: ${TAG} }]
      allowsConcurrent: true
      members: [${identities.map((identity) => `{ station: ${identity}, connector: 1 }`).join(", ")}]
${devices.join("\n")}
`;
}
