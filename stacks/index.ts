/** The program of the platforms in this folder: a stack's setting `meshwright:platform` selects one of them. */
import { deploy } from "../program/deploy";
import { platforms } from "../platforms";

const { alfred, autolytiq, policycortex, aikernel, voicecore } = platforms;

export = deploy(alfred, autolytiq, policycortex, aikernel, voicecore);
