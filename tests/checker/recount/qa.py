"""schemas/metrics/qa.yaml"""
from .fold import month


def count(read, figures):
    if read.cases("qa-session"):
        figures.sums(["qa.sessions"])
        figures.ratios(["qa.hot_topic_share", "qa.answer_rate"])
    for _, events in read.cases("qa-session"):
        held, hot, published, asked, answered = None, False, False, {}, set()
        for event in events:
            data = event.get("data", {})
            if event["event"] == "planned":
                hot = data.get("hot", False)
            elif event["event"] == "held":
                held = month(event["time"])
            elif event["event"] == "published":
                published = True
            elif event["event"] == "question_asked":
                asked[data["part"]] = month(event["time"])
            elif event["event"] == "question_answered":
                answered.add(data["part"])
        if published:
            figures.sum("qa.sessions", held)
            figures.ratio("qa.hot_topic_share", held, hot)
        for question, period in asked.items():
            figures.ratio("qa.answer_rate", period, question in answered)
