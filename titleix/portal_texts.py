"""What a party reads by the private link, in English and Spanish, side by side so that neither lags behind."""

from __future__ import annotations

LETTERS = {
    "en": {
        "ACK": "Acknowledgement", "NOTICE": "Notice of allegations", "NOTICE_SUPPLEMENT": "Supplemental notice", "EVIDENCE": "Evidence",
        "REPORT": "Investigative report", "DETERMINATION": "Determination", "DISMISSAL": "Dismissal", "OUTCOME": "Outcome",
        "SCHOOL_OUTCOME": "Outcome of the inquiry", "INTERVIEW": "Notice of an interview", "SUPPORT": "Supportive measures",
        "EXTENSION": "Notice of an extension", "APPEAL_NOTICE": "Notice of an appeal", "APPEAL_DECISION": "Decision on the appeal",
        "IR_NOTICE": "Notice of informal resolution", "IR_CONSENT": "Consent to informal resolution", "EMERGENCY_REMOVAL": "Emergency removal",
        "CLOSING": "Closing letter", "RETALIATION": "Protection from retaliation",
    },
    "es": {
        "ACK": "Acuse de recibo", "NOTICE": "Aviso de las acusaciones", "NOTICE_SUPPLEMENT": "Aviso adicional", "EVIDENCE": "Pruebas",
        "REPORT": "Informe de la investigación", "DETERMINATION": "Decisión", "DISMISSAL": "Desestimación", "OUTCOME": "Resultado",
        "SCHOOL_OUTCOME": "Resultado de la averiguación", "INTERVIEW": "Aviso de una entrevista", "SUPPORT": "Medidas de apoyo",
        "EXTENSION": "Aviso de una prórroga", "APPEAL_NOTICE": "Aviso de una apelación", "APPEAL_DECISION": "Decisión sobre la apelación",
        "IR_NOTICE": "Aviso de resolución informal", "IR_CONSENT": "Consentimiento a la resolución informal",
        "EMERGENCY_REMOVAL": "Retiro de emergencia", "CLOSING": "Carta de cierre", "RETALIATION": "Protección contra represalias",
    },
}  # fmt: skip
TEXTS = {
    "en": {
        "title": "Your papers", "case": "Case", "you_are": "You are here as", "leave": "Close", "other": "Español", "skip": "Skip to the content",
        "gone": "This link does not lead anywhere", "gone_help": "It may be mistyped, its time may be over, or a new one was sent to you. Ask the Title IX office.",
        "slow": "Too many tries", "slow_help": "Wait an hour and try again, or call the Title IX office.",
        "code": "Code", "code_help": "The eight digits that were told to you apart from the link.", "open": "Open", "code_wrong": "This code is not right.",
        "sign": "Before you see anything", "sign_text": "As an advisor you may see these papers only to support the person whom you advise. You do not copy them, do not pass them on and do not speak about them with others.",
        "sign_name": "Your name, as your signature", "sign_tick": "I undertake this.", "sign_do": "Sign", "sign_missing": "Type your name and tick the box.",
        "letters": "Letters to you", "no_letters": "No letter was sent to you yet.", "read": "Read", "sent": "sent", "on_paper": "on paper only",
        "dates": "Your dates", "no_dates": "No time of yours is running now.", "until": "to the end of", "evidence": "Evidence", "to_evidence": "Look at the evidence",
        "evidence_help": "Everything that is directly related, also what the district will not rely on. Each look is recorded. You may look at it here and not pass it on.",
        "relied": "The district relies on it", "not_relied": "The district does not rely on it", "view": "View the file", "in_office": "This file can be inspected in the office.",
        "back": "Back", "answer": "Answer", "answer_to_evidence": "Answer to the evidence", "answer_to_report": "Answer to the report",
        "kind": "What you send", "response": "My answer", "waiver": "I do not need the rest of my time", "question": "A written question to the other party or a witness",
        "text": "Your words", "text_help": "They become part of the file. The other party may see them.", "send": "Send", "missing": "Write something first.",
        "waiver_tick": "I give up the rest of my time to answer. I know that the case may go on at once.", "waiver_missing": "Tick the box to give up the rest of your time.",
        "thanks": "It has arrived. The office was told.", "mine": "What you sent", "nothing_now": "There is nothing that you must answer now.",
        "window_EVIDENCE": "Time to answer to the evidence", "window_REPORT": "Time to answer to the report", "window_DETERMINATION": "Time to appeal",
        "window_DISMISSAL": "Time to appeal", "check": "Please check:", "choose": "Choose one.", "long": "This is too long; keep it under 20,000 characters.",
    },
    "es": {
        "title": "Sus documentos", "case": "Caso", "you_are": "Usted está aquí como", "leave": "Cerrar", "other": "English", "skip": "Ir al contenido",
        "gone": "Este enlace no lleva a ninguna parte", "gone_help": "Puede estar mal escrito, puede haber vencido o se le envió uno nuevo. Pregunte a la oficina de Título IX.",
        "slow": "Demasiados intentos", "slow_help": "Espere una hora e intente de nuevo, o llame a la oficina de Título IX.",
        "code": "Código", "code_help": "Los ocho números que se le dieron aparte del enlace.", "open": "Abrir", "code_wrong": "Este código no es correcto.",
        "sign": "Antes de ver algo", "sign_text": "Como asesor, puede ver estos documentos solo para apoyar a la persona a quien asesora. No los copia, no los pasa a otros y no habla de ellos con otros.",
        "sign_name": "Su nombre, como firma", "sign_tick": "Me comprometo a esto.", "sign_do": "Firmar", "sign_missing": "Escriba su nombre y marque la casilla.",
        "letters": "Cartas para usted", "no_letters": "Todavía no se le envió ninguna carta.", "read": "Leer", "sent": "enviada", "on_paper": "solo en papel",
        "dates": "Sus fechas", "no_dates": "Ahora no corre ningún plazo suyo.", "until": "hasta el final del", "evidence": "Pruebas", "to_evidence": "Ver las pruebas",
        "evidence_help": "Todo lo que tiene relación directa, también lo que el distrito no va a usar. Se anota cada vez que se mira. Puede verlo aquí; no lo pase a otros.",
        "relied": "El distrito se apoya en ello", "not_relied": "El distrito no se apoya en ello", "view": "Ver el archivo", "in_office": "Este archivo se puede ver en la oficina.",
        "back": "Volver", "answer": "Responder", "answer_to_evidence": "Responder a las pruebas", "answer_to_report": "Responder al informe",
        "kind": "Qué envía", "response": "Mi respuesta", "waiver": "No necesito el resto de mi plazo", "question": "Una pregunta por escrito a la otra parte o a un testigo",
        "text": "Sus palabras", "text_help": "Pasan a ser parte del expediente. La otra parte puede verlas.", "send": "Enviar", "missing": "Escriba algo primero.",
        "waiver_tick": "Renuncio al resto de mi plazo para responder. Sé que el caso puede seguir de inmediato.", "waiver_missing": "Marque la casilla para renunciar al resto de su plazo.",
        "thanks": "Ha llegado. La oficina fue avisada.", "mine": "Lo que usted envió", "nothing_now": "Ahora no hay nada que deba responder.",
        "window_EVIDENCE": "Plazo para responder a las pruebas", "window_REPORT": "Plazo para responder al informe", "window_DETERMINATION": "Plazo para apelar",
        "window_DISMISSAL": "Plazo para apelar", "check": "Por favor revise:", "choose": "Elija una opción.", "long": "Es demasiado largo; use menos de 20,000 caracteres.",
    },
}  # fmt: skip
PARTS = {
    "en": {"complainant": "complainant", "respondent": "respondent", "parent": "parent or guardian", "advisor": "advisor", "witness": "witness", "reporter": "reporter"},
    "es": {"complainant": "denunciante", "respondent": "persona acusada", "parent": "padre, madre o tutor", "advisor": "asesor", "witness": "testigo",
           "reporter": "quien informó"},
}  # fmt: skip
