"""What the steps say in Korean: by the English sentence, as it stands in the code."""

from __future__ import annotations

from collections.abc import Callable

from xpnet.errors import OptionError

__all__ = ["LANGUAGES", "translator"]

KOREAN = {
    # operations
    "addition": "덧셈",
    "subtraction": "뺄셈",
    "negation": "부호 바꾸기",
    "multiplication": "곱셈",
    "division": "나눗셈",
    "reciprocal": "역수",
    "power": "거듭제곱",
    "matrix product": "행렬 곱",
    "exponential function": "지수 함수",
    "logarithm": "로그",
    "sigmoid": "시그모이드",
    "sum": "합",
    "mean": "평균",
    "maximum": "최댓값",
    "reshape": "형상 바꾸기",
    "transpose": "전치",
    "indexing": "인덱싱",
    # what goes back
    "the upstream value as it is": "상류의 값을 그대로",
    "the upstream value with its sign changed": "상류의 값의 부호를 바꾸어",
    "the upstream value times the other input": "상류의 값 × 다른 쪽 입력",
    "the upstream value divided by the lower input": "상류의 값 ÷ 분모",
    "the upstream value times the output, divided by the lower input, with its sign changed": (
        "상류의 값 × 출력 ÷ 분모, 부호를 바꾸어"
    ),
    "the upstream value times the output squared, with its sign changed": (
        "상류의 값 × 출력의 제곱, 부호를 바꾸어"
    ),
    "the upstream value times the exponent times the base to one power less": (
        "상류의 값 × 지수 × 밑의 (지수 − 1)제곱"
    ),
    "the upstream value times the output times the logarithm of the base": (
        "상류의 값 × 출력 × 밑의 로그"
    ),
    "the upstream value times the exponent times the input to one power less": (
        "상류의 값 × 지수 × 입력의 (지수 − 1)제곱"
    ),
    "the upstream value @ the second input transposed": "상류의 값 @ 둘째 입력의 전치",
    "the first input transposed @ the upstream value": "첫째 입력의 전치 @ 상류의 값",
    "the upstream value times the output": "상류의 값 × 출력",
    "the upstream value divided by the input": "상류의 값 ÷ 입력",
    "the upstream value where the input is above 0, else 0": (
        "입력이 0보다 큰 곳에는 상류의 값, 나머지에는 0"
    ),
    "the upstream value times the output times (1 − the output)": "상류의 값 × 출력 × (1 − 출력)",
    "the upstream value, repeated for every entry that was added": (
        "더해진 원소마다 상류의 값을 되풀이하여"
    ),
    "the upstream value divided by the number of entries, repeated for each": (
        "상류의 값 ÷ 원소의 수, 원소마다 되풀이하여"
    ),
    "the upstream value to the largest entry, 0 to the others": (
        "가장 큰 원소에는 상류의 값, 나머지에는 0"
    ),
    "the upstream value in the shape of the input": "상류의 값을 입력의 형상으로",
    "the upstream value, transposed back": "상류의 값을 다시 전치하여",
    "the upstream value to the entries that were taken, 0 to the others": (
        "꺼낸 원소에는 상류의 값, 나머지에는 0"
    ),
    "the upstream value through all nodes inside, one after the other": (
        "상류의 값을 안쪽 노드에 차례로 통과시켜"
    ),
    "its backward gives the gradient of its input": "이 계층의 backward가 주는 입력의 기울기",
    "its backward gives the gradients of its parameters": (
        "이 계층의 backward가 주는 매개변수의 기울기"
    ),
    # formulas
    "the sum of {x}": "{x}의 합",
    "the mean of {x}": "{x}의 평균",
    "the largest of {x}": "{x} 중 가장 큰 값",
    "{x} in another shape": "{x}의 형상을 바꾸면",
    "{x} transposed": "{x}의 전치",
    "some entries of {x}": "{x}의 일부 원소",
    "its inputs inside it": "안쪽 노드를 지난 입력",
    "its output for {x}": "{x}에 대한 출력",
    "{dout} where {x} > 0": "{x} > 0인 곳에 {dout}",
    "{dout}, repeated": "{dout}의 되풀이",
    "{dout} / {n}, repeated": "{dout} / {n}의 되풀이",
    "{dout} where {x} is the largest": "{x} 중 가장 큰 곳에 {dout}",
    "{dout} in the shape of {x}": "{dout}의 형상을 {x}로",
    "{dout} transposed": "{dout}의 전치",
    "{dout} where it was taken from": "꺼낸 자리에 {dout}",
    "{dout} through the nodes inside": "{dout}이 안쪽 노드를 지나",
    "from {dout}": "{dout}에서",
    # sentences
    "the output": "출력",
    "this value": "이 값",
    "the derivative of {name} by itself is 1": "{name} 자신에 대한 {name}의 미분: 1",
    "the derivative that comes from behind is {begun}": "뒤에서 온 미분: {begun}",
    "{name} has {uses} uses, whose derivatives are added: {added}": (
        "{name}: 쓰이는 곳이 {uses}군데이므로 미분을 더한다: {added}"
    ),
    " and ": ", ",
}
LANGUAGES = "en", "ko"


def translator(language: str) -> Callable[[str], str]:
    """What turns an English sentence into this language; one it does not know stays as it is.

    Raises
    ------
    OptionError
        The language is not one of `LANGUAGES`.

    Examples
    --------
    >>> from xpnet.graph.language import translator
    >>> translator("ko")("multiplication")
    '곱셈'
    """
    if language not in LANGUAGES:
        raise OptionError(f"expected a language of {', '.join(LANGUAGES)}, got {language!r}")
    return (lambda text: KOREAN.get(text, text)) if language == "ko" else str
