import { WORDS, type Language } from "../catalogue.ts";

/** What is told beside a step of a drill, for people: the priority of what was raised by its own word. */
export function drillDetail(language: Language, step: string, detail: string): string {
  if (step !== "raised") return detail;
  return Object.entries(WORDS[language].priority).find(([priority]) => priority === detail)?.[1] ?? detail;
}
