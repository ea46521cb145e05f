import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { digestAuthorization, parseChallenges, strongestChallenge, type DigestChallenge } from "./digest.ts";

const RFC_7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALGORITHM, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

function digestOf(header: string): DigestChallenge {
  const challenge = strongestChallenge([header]);
  if (challenge?.scheme !== "digest") throw new Error("no digest challenge");
  return challenge;
}

function responseOf(authorization: string): string | undefined {
  return /response="([0-9a-f]+)"/.exec(authorization)?.[1];
}

describe("digest access authentication", () => {
  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("answers as RFC 7616, section 3.9.1, does with %s", (algorithm, response) => {
    const authorization = digestAuthorization(
      digestOf(`Digest ${RFC_7616.replace("ALGORITHM", algorithm)}`),
      { username: "Mufasa", password: "Circle of Life" },
      {
        method: "GET",
        uri: "/dir/index.html",
        nonceCount: 1,
        clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
      },
    );
    expect(responseOf(authorization)).toBe(response);
    expect(authorization).toContain(`algorithm=${algorithm}, `);
    expect(authorization).toContain("qop=auth, nc=00000001, ");
    expect(authorization).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });

  it("answers as RFC 2617, section 3.5, does where no algorithm is named", () => {
    const challenge = digestOf(
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    );
    const authorization = digestAuthorization(
      challenge,
      { username: "Mufasa", password: "Circle Of Life" },
      { method: "GET", uri: "/dir/index.html", nonceCount: 1, clientNonce: "0a4f113b" },
    );
    expect(responseOf(authorization)).toBe("6629fae49393a05397450978507c4ef1");
    expect(authorization).not.toContain("algorithm");
  });

  it("answers old servers as RFC 2069 does, without a count", () => {
    const challenge = digestOf('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"');
    const authorization = digestAuthorization(
      challenge,
      { username: "Mufasa", password: "CircleOfLife" },
      { method: "GET", uri: "/dir/index.html", nonceCount: 1, clientNonce: "unused" },
    );
    // The corrected value of RFC 2069's example (errata 749).
    expect(responseOf(authorization)).toBe("1949323746fe6a43ef61f9606e7febea");
    expect(authorization).not.toMatch(/cnonce|qop|nc=/);
  });
});

describe("challenges", () => {
  it("takes the strongest of several, in one header or in many", () => {
    const [md5, sha] = ["MD5", "SHA-256"].map((name) => `Digest ${RFC_7616.replace("ALGORITHM", name)}`);
    const basic = 'Basic realm="camera"';
    expect(strongestChallenge([basic, md5 ?? "", sha ?? ""])).toMatchObject({ algorithm: "SHA-256" });
    expect(strongestChallenge([`${basic}, ${md5}`])).toMatchObject({ algorithm: "MD5" });
    expect(strongestChallenge([basic])).toEqual({ scheme: "basic" });
    expect(strongestChallenge(["Negotiate", 'Digest realm="x"'])).toBeUndefined();
  });

  it("reads what cameras write: odd spaces, odd cases, commas and escapes inside quotes", () => {
    expect(parseChallenges('digest Realm = "a, \\"b\\"",NONCE="n" ,stale=TRUE, qop=auth')).toEqual([
      {
        scheme: "digest",
        realm: 'a, "b"',
        nonce: "n",
        opaque: undefined,
        algorithm: undefined,
        hasQop: true,
        isStale: true,
      },
    ]);
  });

  it("knows nothing of an unknown algorithm or of auth-int alone", () => {
    expect(parseChallenges('Digest realm="r", nonce="n", algorithm=SHA-512-256')).toEqual([]);
    expect(parseChallenges('Digest realm="r", nonce="n", qop="auth-int"')).toEqual([]);
  });

  it("never throws, and never takes long, whatever the header says", () => {
    const pieces = fc.constantFrom("Digest ", "Basic ", 'realm="', "nonce=", '"', "\\", ",", " ", "=", "qop=auth", "a");
    const header = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(header, (text) => {
        expect(parseChallenges(text).length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 10_000 },
    );
    const startedMs = performance.now();
    parseChallenges(`Digest realm="${"\\".repeat(100_000)}`);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
