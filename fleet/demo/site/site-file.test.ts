import { expect, it } from "vitest";

import { filledIn } from "./site-file.ts";

it("fills in what is asked for, leaves comments alone, and knows what nobody has told it", () => {
  const template = "# ${…} and ${PORT} are filled in\nport: ${PORT}\nurl: http://127.0.0.1:${PORT}/${PATH}\n";
  expect(filledIn(template, { PORT: "8080", PATH: "a" })).toBe(
    "# ${…} and ${PORT} are filled in\nport: 8080\nurl: http://127.0.0.1:8080/a\n",
  );
  expect(() => filledIn(template, { PORT: "8080" })).toThrow("PATH");
});
