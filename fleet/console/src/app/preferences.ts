import { useCallback, useState } from "react";

/**
 * A word remembered by this browser: language, colours, the name of who sits here.
 *
 * Where storage is forbidden or full the word lasts until the page is closed.
 */
export function useRemembered<T extends string>(
  key: string,
  parse: (stored: string | null) => T,
): readonly [T, (word: T) => void] {
  const [word, setWord] = useState(() => parse(recall(key)));
  const remember = useCallback(
    (next: T) => {
      setWord(next);
      try {
        window.localStorage.setItem(key, next);
      } catch {
        // Forgotten at the next visit, which is all that storage is for.
      }
    },
    [key],
  );
  return [word, remember];
}

function recall(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}
