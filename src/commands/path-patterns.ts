import { RE2JS, RE2JSException } from "re2js";
import { quote, UsageError } from "../config/error.ts";

/** The operator's own pattern that a text holds, if any. */
export type PathMatch = (text: string) => string | undefined;

/** Compiles regular expressions of RE2's syntax, any case: time is linear in the text, whatever the pattern. */
export function compilePatterns(patterns: readonly string[]): PathMatch | UsageError {
  const compiled: { readonly text: string; readonly pattern: RE2JS }[] = [];
  for (const text of patterns) {
    try {
      compiled.push({ text, pattern: RE2JS.compile(text, RE2JS.CASE_INSENSITIVE) });
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      const allowed = "a regular expression of RE2 (no look-around, no back-references)";
      return new UsageError(`detect.path_patterns: ${quote(text)}: ${error.message}; allowed: ${allowed}`);
    }
  }
  return (path) => compiled.find(({ pattern }) => pattern.test(path))?.text;
}
