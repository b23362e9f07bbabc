/** The words for scores and recommendations. */

import type { Dimension, Report } from "../api";

export const NAMES: Record<Dimension, string> = {
  technical_knowledge: "Technical knowledge",
  problem_solving: "Problem solving",
  communication: "Communication",
  code_quality: "Code quality",
  cultural_fit: "Values in behaviour",
};

export const RECOMMENDATIONS: Record<Report["recommendation"], string> = {
  strong_hire: "Strong hire",
  hire: "Hire",
  borderline: "Borderline",
  no_hire: "No hire",
  incomplete: "Incomplete",
};

export const points = (score: number): string => score.toFixed(1);
