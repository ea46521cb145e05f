import { MAX_BATCH_BYTES } from "@outpost/wire/batch.ts";
import { FLEET_NAME } from "@outpost/wire/enrolment.ts";

/** The files that mosquitto reads, by name. */
export const FILES = {
  configuration: "mosquitto.conf",
  access: "access.acl",
  authority: "authority.crt",
  revoked: "revoked.crl",
  certificate: "server.crt",
  key: "server.key",
} as const;

const MAX_PACKET_BYTES = MAX_BATCH_BYTES + 1_024;
/** Names go into a file of lines: nothing that ends one. */
const SAFE_PATH = /^[^\0\r\n]+$/;

/**
 * mosquitto's configuration for gateways with certificates (mosquitto 2.0 and newer). Who connects is who his
 * certificate says, as user and as client; nothing is kept in the broker.
 *
 * @param folder  where the files lie when the broker runs, absolute.
 * @throws Error where the folder's name cannot stand in such a file.
 */
export function mosquittoConfiguration(folder: string, port: number): string {
  if (!folder.startsWith("/") || !SAFE_PATH.test(folder))
    throw new Error("mosquitto needs an absolute path of one line");
  const at = (name: string): string => `${folder.replace(/\/$/, "")}/${name}`;
  return `# Written by "fleet mosquitto-config". SIGHUP has new certificates, access rules and revocations read again;
# whoever is connected stays until it connects anew.
per_listener_settings false
persistence false
allow_anonymous false
acl_file ${at(FILES.access)}
max_packet_size ${MAX_PACKET_BYTES}
max_queued_messages 1000
max_inflight_messages 0

listener ${port}
tls_version tlsv1.3
cafile ${at(FILES.authority)}
certfile ${at(FILES.certificate)}
keyfile ${at(FILES.key)}
crlfile ${at(FILES.revoked)}
require_certificate true
use_identity_as_username true
use_username_as_clientid true
`;
}

/** A gateway speaks and listens below its own name; the fleet the reverse, for all of them. */
export function accessRules(): string {
  return `# %u is the name in the certificate. No gateway can have the fleet's: theirs have no capital letters.
pattern write outpost/1/%u/up/+
pattern read outpost/1/%u/down/+

user ${FLEET_NAME}
topic read outpost/1/+/up/+
topic write outpost/1/+/down/+
`;
}
