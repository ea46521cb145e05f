import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./app/app.css";
import { App } from "./app/app.tsx";

const place = document.getElementById("page");
if (place === null) throw new Error("index.html has no place for the page");
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
