//! Makes programs out of bytes: each byte decides what comes next, so that fewer bytes make a shorter program.

use std::fmt::Write as _;

pub(crate) struct Generator<'a> {
    choices: &'a [u8],
    at: usize,
    text: String,
    depth: usize,
    /// Names declared so far, with their kinds.
    integers: Vec<String>,
    floats: Vec<String>,
    arrays: Vec<String>,
    subroutines: Vec<String>,
    gates: Vec<(String, usize, usize)>,
    in_loop: bool,
    in_subroutine: bool,
    is_right: bool,
}

const GATES: &[(&str, usize, usize)] = &[
    ("h", 0, 1),
    ("x", 0, 1),
    ("t", 0, 1),
    ("sdg", 0, 1),
    ("rx", 1, 1),
    ("rz", 1, 1),
    ("p", 1, 1),
    ("u2", 2, 1),
    ("U", 3, 1),
    ("u3", 3, 1),
    ("cx", 0, 2),
    ("cz", 0, 2),
    ("crz", 1, 2),
    ("cu", 4, 2),
    ("swap", 0, 2),
    ("iswap", 0, 2),
    ("xx", 1, 2),
    ("rzx", 1, 2),
    ("ccx", 0, 3),
    ("cswap", 0, 3),
    ("rccx", 0, 3),
    ("gphase", 1, 0),
];

/// Three qubits `q`, three bits `c`, and what the bytes say.
pub(crate) fn generated(choices: &[u8], is_right: bool) -> String {
    let mut generator = Generator {
        choices,
        at: 0,
        text: String::from("OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[3] q;\nbit[3] c;\n"),
        depth: 0,
        integers: Vec::new(),
        floats: Vec::new(),
        arrays: Vec::new(),
        subroutines: Vec::new(),
        gates: Vec::new(),
        in_loop: false,
        in_subroutine: false,
        is_right,
    };
    while generator.at < generator.choices.len() {
        generator.statement();
    }
    generator.text
}

impl Generator<'_> {
    fn byte(&mut self) -> usize {
        let byte = self.choices.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.byte() % all.len()]
    }

    fn chosen(&mut self, of: fn(&Self) -> &Vec<String>) -> String {
        let byte = self.byte();
        let names = of(self);
        names[byte % names.len()].clone()
    }

    fn arrays(&self) -> &Vec<String> {
        &self.arrays
    }

    fn integers(&self) -> &Vec<String> {
        &self.integers
    }

    fn floats(&self) -> &Vec<String> {
        &self.floats
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn statement(&mut self) {
        // once in a while a statement that is wrong, or is only right elsewhere
        if !self.is_right && self.byte().is_multiple_of(16) {
            let wrong = self.one_of(&[
                "x r;",
                "break;",
                "return 1;",
                "q = 1;",
                "int x = ;",
                "cx q[0], q[0];",
                "x q[7];",
                "}",
                "{",
                "rx() q[0];",
                "bit[2] b = \"1\";",
                "if (q) x q;",
                "extern f();",
                "#pragma braket result",
                "@note",
                "include \"a.inc\";",
                "let a = 5;",
                "c[3] = 1;",
                "pow(0.5) @ rccx q[0], q[1], q[2];",
                "1 / 0;",
            ]);
            return self.line(wrong);
        }
        match self.byte() % 20 {
            0..=4 => self.gate(),
            5 | 6 => self.measurement(),
            7 => self.branch(),
            8 => self.for_loop(),
            9 => self.while_loop(),
            10 => self.integer(),
            11 => self.float(),
            12 => self.assignment(),
            13 => self.array(),
            14 => self.define_gate(),
            15 => self.define_subroutine(),
            16 => self.call(),
            17 => self.switch(),
            18 => self.jump(),
            _ => self.other(),
        }
    }

    fn block(&mut self) {
        self.depth += 1;
        let sizes = (self.integers.len(), self.floats.len(), self.arrays.len());
        self.line("{");
        let count = if self.depth > 3 { 0 } else { self.byte() % 3 };
        for _ in 0..count {
            self.statement();
        }
        self.line("}");
        self.integers.truncate(sizes.0);
        self.floats.truncate(sizes.1);
        self.arrays.truncate(sizes.2);
        self.depth -= 1;
    }

    fn qubits(&mut self, count: usize) -> String {
        let first = self.byte() % 3;
        let qubits: Vec<String> = (0..count).map(|at| format!("q[{}]", (first + at) % 3)).collect();
        qubits.join(", ")
    }

    fn gate(&mut self) {
        let own = self.gates.clone();
        let (name, parameters, mut qubits) = match own.len() {
            0 => self.plain_gate(),
            count if self.byte().is_multiple_of(3) => own[self.byte() % count].clone(),
            _ => self.plain_gate(),
        };
        let mut line = String::new();
        if self.byte().is_multiple_of(4) {
            match self.byte() % 5 {
                0 => line.push_str("inv @ "),
                1 => line.push_str("pow(2) @ "),
                2 if qubits < 3 => {
                    line.push_str("ctrl @ ");
                    qubits += 1;
                }
                3 if qubits < 3 => {
                    line.push_str("negctrl @ inv @ ");
                    qubits += 1;
                }
                _ => line.push_str("pow(-1) @ "),
            }
        }
        line.push_str(&name);
        if parameters > 0 {
            let angles: Vec<String> = (0..parameters).map(|_| self.real(0)).collect();
            let _ = write!(line, "({})", angles.join(", "));
        }
        let operands = self.qubits(qubits);
        self.line(&format!("{line} {operands};"));
    }

    fn plain_gate(&mut self) -> (String, usize, usize) {
        let (name, parameters, qubits) = self.one_of(GATES);
        (name.to_owned(), parameters, qubits)
    }

    fn measurement(&mut self) {
        let (qubit, bit) = (self.byte() % 3, self.byte() % 3);
        let line = match self.byte() % 5 {
            0 => format!("measure q[{qubit}] -> c[{bit}];"),
            1 => "c = measure q;".to_owned(),
            2 => format!("reset q[{qubit}];"),
            3 => format!("measure q[{qubit}];"),
            _ => format!("c[{bit}] = measure q[{qubit}];"),
        };
        self.line(&line);
    }

    fn condition(&mut self) -> String {
        match self.byte() % 7 {
            0 => format!("c[{}]", self.byte() % 3),
            1 => format!("c == {}", self.byte() % 8),
            2 => format!("{} < {}", self.whole(0), self.whole(0)),
            3 => format!("!c[{}] && {} != 1", self.byte() % 3, self.whole(0)),
            4 => format!("c[{}] || {} > 0.5", self.byte() % 3, self.real(0)),
            5 => "true".to_owned(),
            _ => format!("int(c) > {}", self.whole(0)),
        }
    }

    fn branch(&mut self) {
        let condition = self.condition();
        self.line(&format!("if ({condition})"));
        self.block();
        if self.byte().is_multiple_of(2) {
            self.line("else");
            self.block();
        }
    }

    fn for_loop(&mut self) {
        let name = format!("i{}", self.at);
        let values = match self.byte() % 4 {
            0 => "[0:2]".to_owned(),
            1 => "[2:-1:0]".to_owned(),
            2 => format!("{{{}, {}}}", self.whole(1), self.byte() % 3),
            _ => format!("[0:{}]", self.whole(0)),
        };
        self.line(&format!("for int {name} in {values}"));
        self.integers.push(name);
        let outer = std::mem::replace(&mut self.in_loop, true);
        self.block();
        self.in_loop = outer;
        self.integers.pop();
    }

    fn while_loop(&mut self) {
        let name = format!("n{}", self.at);
        let condition = self.condition();
        self.line(&format!(
            "{{ int {name} = 2;\nwhile ({name} > 0 && ({condition})) {{ {name} -= 1;"
        ));
        let outer = std::mem::replace(&mut self.in_loop, true);
        self.block();
        self.in_loop = outer;
        self.line("} }");
    }

    fn integer(&mut self) {
        let name = format!("v{}", self.at);
        let kind = self.one_of(&["int", "int[8]", "uint[4]", "uint", "bit[4]"]);
        let value = self.whole(0);
        self.line(&format!("{kind} {name} = {value};"));
        if kind != "bit[4]" {
            self.integers.push(name);
        }
    }

    fn float(&mut self) {
        let name = format!("f{}", self.at);
        let kind = self.one_of(&["float", "float[32]", "const float", "angle"]);
        let value = if kind.starts_with("const") { "pi / 3".to_owned() } else { self.real(0) };
        self.line(&format!("{kind} {name} = {value};"));
        self.floats.push(name);
    }

    fn assignment(&mut self) {
        let operator = self.one_of(&["=", "+=", "-=", "*="]);
        let value = self.whole(0);
        let line = match self.byte() % 4 {
            0 => format!("c[{}] = {};", self.byte() % 3, self.byte() % 2),
            1 if !self.arrays.is_empty() => {
                let array = self.chosen(Self::arrays);
                format!("{array}[{}] {operator} {value};", self.byte() % 2)
            }
            _ => match self.integers.last().filter(|name| name.starts_with('v')) {
                Some(name) => format!("{name} {operator} {value};"),
                None => "c = \"101\";".to_owned(),
            },
        };
        self.line(&line);
    }

    fn array(&mut self) {
        let name = format!("a{}", self.at);
        let (x, y) = (self.whole(1), self.whole(1));
        self.line(&format!("array[int[16], 2] {name} = {{{x}, {y}}};"));
        self.arrays.push(name);
    }

    fn define_gate(&mut self) {
        if self.depth > 0 {
            return self.gate();
        }
        let name = format!("g{}", self.at);
        let mut body = String::new();
        for _ in 0..self.byte() % 4 {
            let (inner, parameters, qubits) = self.one_of(GATES);
            if qubits > 2 {
                continue;
            }
            let angles = vec!["a / 2"; parameters].join(", ");
            let modifier = self.one_of(&["", "inv @ ", "pow(2) @ "]);
            let angles = if parameters > 0 { format!("({angles})") } else { String::new() };
            let operands = ["", " x", " x, y"][qubits];
            let _ = write!(body, "{modifier}{inner}{angles}{operands}; ");
        }
        self.line(&format!("gate {name}(a) x, y {{ {body}}}"));
        self.gates.push((name, 1, 2));
    }

    fn define_subroutine(&mut self) {
        if self.depth > 0 || self.in_subroutine {
            return self.measurement();
        }
        let name = format!("s{}", self.at);
        self.line(&format!("def {name}(qubit p, int n) -> int {{"));
        let integers = std::mem::replace(&mut self.integers, vec!["n".to_owned()]);
        let (floats, arrays) = (std::mem::take(&mut self.floats), std::mem::take(&mut self.arrays));
        let in_loop = std::mem::replace(&mut self.in_loop, false);
        self.in_subroutine = true;
        self.line("h p; bit m = measure p; if (m) { return 1; }");
        self.block();
        self.line("return n; }");
        self.in_subroutine = false;
        self.in_loop = in_loop;
        self.integers = integers;
        self.floats = floats;
        self.arrays = arrays;
        self.subroutines.push(name);
    }

    fn call(&mut self) {
        let Some(name) = self.subroutines.last().cloned().filter(|_| !self.in_subroutine) else {
            return self.gate();
        };
        let (qubit, value) = (self.byte() % 3, self.whole(1));
        let variable = format!("v{}", self.at);
        self.line(&format!("int {variable} = {name}(q[{qubit}], {value});"));
        self.integers.push(variable);
    }

    fn switch(&mut self) {
        let subject = self.whole(0);
        self.line(&format!("switch ({subject}) {{ case 0, 1"));
        self.block();
        self.line("case 2");
        self.block();
        self.line("default");
        self.block();
        self.line("}");
    }

    fn jump(&mut self) {
        match self.byte() % 4 {
            0 if self.in_loop => self.line("break;"),
            1 if self.in_loop => self.line("continue;"),
            2 if self.in_subroutine => self.line("return 2;"),
            _ => self.gate(),
        }
    }

    fn other(&mut self) {
        let name = format!("l{}", self.at);
        let line = match self.byte() % 8 {
            0 => "barrier q;".to_owned(),
            1 => "delay[10ns] q[1];".to_owned(),
            2 => format!("let {name} = q[{{0, 2}}]; h {name};"),
            3 => "h q;".to_owned(),
            4 => "box { x q[0]; }".to_owned(),
            5 => "cx q[0], q[1:2];".to_owned(),
            6 => format!("let {name} = c[0:1]; {name} = \"01\";"),
            _ => "@note\nnop q[0];".to_owned(),
        };
        self.line(&line);
    }

    fn whole(&mut self, depth: usize) -> String {
        match self.byte() % if depth > 2 { 3 } else { 9 } {
            0 | 1 => (self.byte() % 4).to_string(),
            2 => match self.integers.len() {
                0 => "2".to_owned(),
                _ => self.chosen(Self::integers),
            },
            3 => format!("({} + {})", self.whole(depth + 1), self.whole(depth + 1)),
            4 => format!("{} * {}", self.whole(depth + 1), self.whole(depth + 1)),
            5 => format!("({} - {}) % 3", self.whole(depth + 1), self.whole(depth + 1)),
            6 => format!("int(c[{}])", self.byte() % 3),
            7 => match self.arrays.len() {
                0 => "sizeof(c)".to_owned(),
                _ => {
                    format!("{}[{}]", self.chosen(Self::arrays), self.byte() % 2)
                }
            },
            _ => format!("(int[8]({}) << 1)", self.whole(depth + 1)),
        }
    }

    fn real(&mut self, depth: usize) -> String {
        match self.byte() % if depth > 2 { 3 } else { 8 } {
            0 => format!("{}.{}", self.byte() % 4, self.byte()),
            1 => "pi / 4".to_owned(),
            2 => match self.floats.len() {
                0 => "-0.5".to_owned(),
                _ => self.chosen(Self::floats),
            },
            3 => format!("({} + {})", self.real(depth + 1), self.real(depth + 1)),
            4 => format!("{} * {}", self.real(depth + 1), self.whole(depth + 1)),
            5 => format!("sin({})", self.real(depth + 1)),
            6 => format!("-{} / 2.0", self.real(depth + 1)),
            _ => format!("float({})", self.whole(depth + 1)),
        }
    }
}
