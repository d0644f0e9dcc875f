export { type AddOnChart, type Bulletin, facts, type IstioMinor, type Source } from "./facts";
export {
  istioMinors,
  minorOf,
  NOTICE_DAYS,
  supportedKubernetes,
  supportProblems,
  type SupportProblem,
} from "./support";
