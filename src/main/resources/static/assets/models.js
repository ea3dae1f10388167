import {modelOf} from './api.js';
import {gigabytes, sayInAll} from './words.js';

/** What the page shows of a model, in this order. */
export const SPECS = ['display', 'processor', 'memory', 'camera', 'battery', 'weight'];

/** The models of a price list with their variants, in the order of the list; a phone of no model is one of its own. */
export function modelsOf(list) {
    const models = new Map();
    list.forEach(phone => {
        const key = phone.model ? `model ${phone.model}` : `item ${phone.item}`;
        const model = models.get(key) ?? {name: phone.name, variants: [], common: modelOf(phone.model)};
        model.variants.push(phone);
        models.set(key, model);
    });
    return [...models.values()];
}

/** The models in whose texts, in any language, a word begins with each of the words; words of Hangul occur anywhere. */
export function search(models, words) {
    const wanted = words.split(/\s+/).map(folded).filter(Boolean);
    return models.filter(model => {
        const texts = textsOf(model).map(text => parted(text).map(folded).filter(Boolean));
        return wanted.every(word => texts.some(parts => HANGUL.test(word) ? parts.join('').includes(word)
            : parts.some((_, i) => parts.slice(i).join('').startsWith(word))));
    });
}

const HANGUL = /[\u1100-\u11ff]/;

/** Words, and numbers at the end of words: so s25 is found in Galaxy S25 and not in Exynos 2500. */
const parted = text => text.split(/[\s,×·+-]+|(?<=\p{L})(?=\p{N})/u);

function textsOf({name, variants, common}) {
    return [name, common.keywords ?? '',
        ...variants.flatMap(({storage, colour}) => [storage ? gigabytes(storage) : '', ...(colour ? [...sayInAll(`colour.${colour}`), ...sayInAll(`colours.${colour}`)] : [])]),
        ...SPECS.filter(spec => common[spec]).flatMap(spec => [common[spec], ...sayInAll(`spec.${spec}`)])];
}

/** Without case, accents and punctuation, except in 6.2; Hangul in letters, so that a syllable is found before it is complete. */
const folded = text => text.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}.]|(?<!\p{N})\.|\.(?!\p{N})/gu, '');
