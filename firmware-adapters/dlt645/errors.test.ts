import { expect, it } from "vitest";

import { refusalError } from "./errors.ts";

it("says the meter's own words", () => {
  expect(refusalError(0x02)).toMatchObject({ code: "dlt645/refused", message: "error word 02: no such data" });
  expect(refusalError(0x05).message).toBe("error word 05: other error, password wrong or not authorised");
  expect(refusalError(0).message).toContain("no reason given");
});
