import type { NetworkView } from "../server/views.ts";

type Route = NetworkView["routes"][number];

const MAX_ROUTES = 100;
const UP = 0x1;

/** `/proc/net/route`: hexadecimal words in the machine's own byte order, which is little-endian wherever we run. */
export function parseRoutes4(text: string): Route[] {
  return text
    .split("\n")
    .slice(1, MAX_ROUTES + 1)
    .flatMap((line): Route[] => {
      const [device, to, via, flags, , , metric, mask] = line.trim().split(/\s+/);
      if (device === undefined || to === undefined || via === undefined || mask === undefined) return [];
      if ((Number.parseInt(flags ?? "0", 16) & UP) === 0) return [];
      const isDefault = to === "00000000" && mask === "00000000";
      return [
        {
          to: isDefault ? "default" : `${address4(to)}/${ones(mask)}`,
          via: via === "00000000" ? null : address4(via),
          device,
          metric: Number(metric ?? "0"),
        },
      ];
    });
}

/** `/proc/net/ipv6_route`: of its many rows only the default routes say how the world is reached. */
export function parseRoutes6(text: string): Route[] {
  return text
    .split("\n")
    .slice(0, 1_000)
    .flatMap((line): Route[] => {
      const [to, length, , , via, metric, , , flags, device] = line.trim().split(/\s+/);
      if (device === undefined || via === undefined || device === "lo") return [];
      if (!/^0{32}$/.test(to ?? "") || length !== "00" || (Number.parseInt(flags ?? "0", 16) & UP) === 0) return [];
      return [
        {
          to: "default",
          via: /^0{32}$/.test(via) ? null : address6(via),
          device,
          metric: Number.parseInt(metric ?? "0", 16),
        },
      ];
    })
    .slice(0, MAX_ROUTES);
}

/** The name servers of `/etc/resolv.conf`. */
export function parseResolvConf(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? "").slice(0, 8);
}

function address4(word: string): string {
  return (word.match(/../g) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

function ones(mask: string): number {
  return Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
}

function address6(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ""));
  return groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::");
}
