export { type AddOnChart, type Bulletin, facts, type IstioMinor, neverInjected, type Source } from "./facts";
export {
  istioMinors,
  minorOf,
  NOTICE_DAYS,
  retiredPlace,
  supportedKubernetes,
  supportProblems,
  type SupportProblem,
} from "./support";
