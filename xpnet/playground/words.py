"""What the playground's page says, in each of its languages."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS = {
    "en": {
        "other": "ko",
        "switch": "한국어",
        "heading": "Draw, and watch a network",
        "about": "A {sizes} network of {count} parameters, computed in this page.",
        "noscript": "This page computes with JavaScript, which is switched off here.",
        "draw": "Draw",
        "paper": "Paper to draw on",
        "undo": "Undo",
        "erase": "Erase all",
        "thickness": "Thickness",
        "keys": "By keys: arrows move the pen (finely with Shift), space lowers or lifts it; "
        "Ctrl+Z undoes, Delete erases all.",
        "pen_down": "The pen is down",
        "pen_up": "The pen is up",
        "answer": "Answer",
        "probabilities": "Probability of each class",
        "spoken": "{name}, probability {probability}",
        "nothing": "Nothing is drawn",
        "inside": "Inside the network",
        "input": "Input",
        "values": "{number} values",
        "legend": "The input is the drawing, cropped, scaled and centred. Of the values, "
        "blue ones are above 0, orange ones below, the largest of a layer the strongest.",
    },
    "ko": {
        "other": "en",
        "switch": "English",
        "heading": "그리면서 보는 신경망",
        "about": "매개변수가 {count}개인 {sizes} 신경망. 모든 계산은 이 페이지 안에서 한다.",
        "noscript": "이 페이지는 JavaScript로 계산하는데, 지금은 꺼져 있다.",
        "draw": "그리기",
        "paper": "그리는 종이",
        "undo": "되돌리기",
        "erase": "모두 지우기",
        "thickness": "굵기",
        "keys": "키: 화살표는 펜을 옮기고(Shift와 함께 조금씩), 스페이스는 펜을 내리거나 든다. "
        "Ctrl+Z는 되돌리고, Delete는 모두 지운다.",
        "pen_down": "펜을 내렸다",
        "pen_up": "펜을 들었다",
        "answer": "답",
        "probabilities": "클래스별 확률",
        "spoken": "{name}, 확률 {probability}",
        "nothing": "아직 그린 것이 없다",
        "inside": "신경망 안",
        "input": "입력",
        "values": "값 {number}개",
        "legend": "입력은 그림을 잘라 크기를 맞추고 가운데로 옮긴 것이다. "
        "값은 파랑이면 0보다 크고 주황이면 작다. 가장 진한 색이 그 계층에서 가장 큰 값이다.",
    },
}
