/** Of the matrix page: dark and light, every pair of colours with a contrast of 4.5 or more, and fit for paper. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c1c1c;--dim:#595959;--line:#d0d0d0;--link:#0b57a4;
--p:#1a5e2a;--pb:#e8f5eb;--f:#fff;--fb:#b3261e;--i:#5c3d00;--ib:#ffe8b3;--w:#4a2d7a;--wb:#efe6fb;--n:#444;--nb:#eee;--a:#595959;--ab:#fafafa}
@media(prefers-color-scheme:dark){:root{--bg:#161616;--fg:#ececec;--dim:#a8a8a8;--line:#444;--link:#8ab8f0;
--p:#9be0aa;--pb:#12301b;--i:#ffd98a;--ib:#3d2c00;--w:#d5c2f7;--wb:#33224d;--n:#ccc;--nb:#333;--a:#a8a8a8;--ab:#1c1c1c}}
*{box-sizing:border-box}
body{margin:0;padding:1rem 1.5rem 3rem;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.5rem;margin:.3rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.3rem 0 .2rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{position:static}
.dim,small{color:var(--dim)}
.gate{display:inline-block;padding:.05rem .5rem;border-radius:.3rem}
.p{color:var(--p);background:var(--pb)}.f{color:var(--f);background:var(--fb)}.i{color:var(--i);background:var(--ib)}
.w{color:var(--w);background:var(--wb)}.n{color:var(--n);background:var(--nb)}.a{color:var(--a);background:var(--ab)}
td a,.gate a{color:inherit}
form{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:.5rem 0}
label{display:grid;gap:.15rem;font-size:.85rem}
input,select,button{font:inherit;padding:.25rem .4rem;color:var(--fg);background:var(--bg);border:1px solid var(--dim);border-radius:.25rem}
.scroll{overflow:auto;max-height:85vh;border:1px solid var(--line)}
table{border-collapse:collapse;font-size:.82rem}
th,td{border:1px solid var(--line);padding:.2rem .45rem;text-align:left;vertical-align:top}
td.num{text-align:right}
#m thead th{position:sticky;top:0;background:var(--bg);z-index:2;min-width:5.5rem;max-width:14rem;overflow-wrap:anywhere}
#m thead th:first-child{left:0;z-index:3}
#m tbody tr>th:first-child{position:sticky;left:0;background:var(--bg);z-index:1;min-width:18rem;max-width:30rem;font-weight:400;overflow-wrap:anywhere}
#m tbody tr>th.area{font-weight:700}
thead small,#t small,th span{display:block}
.why{content-visibility:auto;contain-intrinsic-size:auto 8rem;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.2rem 0 .2rem 1rem;font:.85rem/1.4 ui-monospace,monospace}
[hidden]{display:none!important}
@media print{.why{content-visibility:visible}form,.skip{display:none}.scroll{max-height:none;overflow:visible;border:0}body{font-size:11px}}
`;
