// Shows a guide, a file of Markdown with headings, paragraphs, lists, tables, blocks of code, bold text, code and links. Links lead to the guides that are served here.
const place = document.getElementById('text');
/** What begins an item of a list, and the end of the item before it. */
const MARK = /^(?:-|\d+\.) +/;
const ITEM = /\n(?=(?:-|\d+\.) )/;

function element(tag, ...children) {
    const made = document.createElement(tag);
    made.append(...children);
    return made;
}

/** @param target null for a guide that is not served here */
function link(text, target) {
    const made = element(target ? 'a' : 'span', text);
    if (target) {
        made.href = target;
    }
    return made;
}

function spans(text) {
    return text.split(/(\*\*.+?\*\*|`[^`]+`|\[[^\]]*]\([^)]*\))/).map(part => {
        const [, words, guide, anchor = ''] = /^\[([^\]]*)]\((?:(runbook|operating|deploying)\.md)?(#.*)?.*\)$/.exec(part) ?? [];
        return words ? link(words.replaceAll('`', ''), (guide || anchor) && `${guide ? `/${guide}` : ''}${anchor}`)
            : part.startsWith('**') ? element('strong', part.slice(2, -2)) : part.length > 1 && part.startsWith('`') ? element('code', part.slice(1, -1)) : part;
    });
}

function table(rows) {
    const cells = (row, tag) => element('tr', ...row.slice(1, -1).split(/(?<!\\)\|/).map(cell => element(tag, ...spans(cell.trim().replaceAll('\\|', '|')))));
    const wide = element('div', element('table', element('thead', cells(rows[0], 'th')), element('tbody', ...rows.slice(2).map(row => cells(row, 'td')))));
    wide.className = 'wide';
    wide.tabIndex = 0;
    return wide;
}

function list(text) {
    return element(text.startsWith('-') ? 'ul' : 'ol', ...text.split(ITEM).map(item => element('li', ...spans(item.replace(MARK, '')))));
}

function block(text) {
    const [, level, title] = /^(#+) (.*)$/.exec(text) ?? [];
    if (!level) {
        return text.startsWith('|') ? [table(text.split('\n'))] : MARK.test(text) ? [list(text)] : text.split(/\n(?=\*\*)/).map(each => element('p', ...spans(each)));
    }
    const heading = element(`h${level.length}`, title);
    heading.id = title.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-');
    heading.tabIndex = -1;
    return [heading];
}

const answer = await fetch(`${location.pathname}.md`);
if (answer.ok) {
    // every second part is a block of code
    const parts = (await answer.text()).trim().split(/^```.*\n([^]*?)^```$/m);
    place.append(...parts.flatMap((part, i) => i % 2 ? [element('pre', part)] : part.trim() ? part.trim().split(/\n{2,}/).flatMap(block) : []));
    document.title = `${place.querySelector('h1')?.textContent} · phone82`;
    document.getElementById(location.hash.slice(1))?.focus();
} else {
    place.append(element('p', `This guide cannot be read (status ${answer.status}).`));
}
