import { z } from "zod";

import "./app/app.css";

// Zod compiles its checks where it may, and tries whether it may as soon as the first schema is made. The content
// security policy forbids it and would report the try; so it is told before any schema is loaded.
z.config({ jitless: true });

const place = document.getElementById("desk");
if (place === null) throw new Error("index.html has no place for the desk");
const { startDesk } = await import("./app/start.tsx");
startDesk(place);
