#include <ui/palette/palettesearch.h>

#include <ui/palette/fuzzy.h>

#include <QAction>
#include <QCoreApplication>
#include <QMenu>

#include <algorithm>
#include <tuple>

namespace turnspit {
namespace {

struct Palette
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::PaletteSearch)
};

// A word that is a verb means the verb more often than a service that is called so.
constexpr int forVerb = 10;
constexpr int forCurrent = 3;

/// For each text the scores of all words, one after the other.
std::vector<int> scores(const QStringList& texts, const QStringList& words)
{
    std::vector<int> table;
    table.reserve(static_cast<std::size_t>(texts.size() * words.size()));
    for (const QString& text : texts) {
        for (const QString& word : words)
            table.push_back(fuzzyScore(word, text));
    }
    return table;
}

QString withoutMark(QString text)
{
    text.replace(QLatin1String("&&"), QString(QChar(0)));
    text.remove(QLatin1Char('&'));
    return text.replace(QChar(0), QLatin1Char('&'));
}

/// The menu inside of a menu that the action is in.
const QMenu* submenuOf(const QAction& action)
{
    for (const QObject* const place : action.associatedObjects()) {
        const auto* const menu = qobject_cast<const QMenu*>(place);
        const QObjectList around = menu ? menu->menuAction()->associatedObjects() : QObjectList();
        if (std::ranges::any_of(around, [](const QObject* each) { return qobject_cast<const QMenu*>(each); }))
            return menu;
    }
    return nullptr;
}

QString whyNot(const QAction& action)
{
    if (action.isEnabled())
        return {};
    return action.statusTip().isEmpty() ? Palette::tr("Not possible now.") : action.statusTip();
}

} // namespace

QString plainText(const QAction& action)
{
    const QString text = withoutMark(action.text());
    const QMenu* const menu = submenuOf(action);
    return menu ? Palette::tr("%1: %2", "a menu in a menu, what is in it").arg(withoutMark(menu->title()), text) : text;
}

void PaletteSearch::setVerbs(QList<ServiceVerb> verbs)
{
    m_verbs = std::move(verbs);
    m_verbTexts.clear();
    for (const ServiceVerb& verb : std::as_const(m_verbs))
        m_verbTexts += QString(verb.pattern).replace(QLatin1String("%1"), QString()).simplified().toLower();
}

void PaletteSearch::setServices(QList<ServiceInfo> services, const QString& current, bool live)
{
    m_services = std::move(services);
    m_live = live;
    m_names.clear();
    m_current = -1;
    for (qsizetype i = 0; i < m_services.size(); ++i) {
        m_names += m_services[i].name.toLower();
        if (m_services[i].name == current)
            m_current = i;
    }
}

void PaletteSearch::setActions(const QList<QAction*>& actions)
{
    m_actions.clear();
    m_actionTexts.clear();
    for (QAction* const action : actions) {
        if (action->isSeparator() || action->menu() || action->text().isEmpty())
            continue;
        m_actions += action;
        m_actionTexts += plainText(*action).toLower();
    }
}

QList<PaletteSearch::Found> PaletteSearch::candidates(const QStringList& words) const
{
    QList<Found> found;
    const auto count = static_cast<std::size_t>(words.size());
    const std::vector<int> ofVerbs = scores(m_verbTexts, words);
    const std::vector<int> ofNames = scores(m_names, words);
    for (qsizetype service = 0; service < m_services.size(); ++service) {
        for (qsizetype verb = 0; verb < m_verbs.size(); ++verb) {
            int sum = service == m_current ? forCurrent : 0;
            for (std::size_t word = 0; word < count && sum >= 0; ++word) {
                const int asVerb = ofVerbs[static_cast<std::size_t>(verb) * count + word];
                const int best =
                    std::max(asVerb < 0 ? -1 : asVerb + forVerb, ofNames[static_cast<std::size_t>(service) * count + word]);
                sum = best < 0 ? -1 : sum + best;
            }
            if (sum >= 0)
                found.append({sum, service, verb});
        }
    }
    const std::vector<int> ofActions = scores(m_actionTexts, words);
    for (qsizetype action = 0; action < m_actions.size(); ++action) {
        int sum = 0;
        for (std::size_t word = 0; word < count && sum >= 0; ++word) {
            const int score = ofActions[static_cast<std::size_t>(action) * count + word];
            sum = score < 0 ? -1 : sum + score + forVerb;
        }
        if (sum >= 0 && m_actions[action] && m_actions[action]->isVisible())
            found.append({sum, -1, action});
    }
    return found;
}

PaletteHit PaletteSearch::hit(const Found& found) const
{
    PaletteHit hit;
    if (found.service < 0) {
        const QPointer<QAction>& action = m_actions[found.index];
        hit.action = action;
        hit.text = plainText(*action);
        hit.keys = action->shortcut().toString(QKeySequence::NativeText);
        hit.why = whyNot(*action);
        return hit;
    }
    const ServiceInfo& service = m_services[found.service];
    const ServiceVerb& verb = m_verbs[found.index];
    hit.verb = static_cast<int>(found.index);
    hit.service = service.name;
    hit.text = verb.pattern.arg(service.name);
    hit.keys = verb.keys.toString(QKeySequence::NativeText);
    hit.why = m_live ? verb.permission(service).why : Palette::tr("No host is connected.");
    hit.commandLine = verb.commandLine(service);
    return hit;
}

QList<PaletteHit> PaletteSearch::find(const QString& typed) const
{
    const QStringList words = typed.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QList<Found> found;
    if (words.isEmpty()) {
        for (qsizetype verb = 0; m_current >= 0 && verb < m_verbs.size(); ++verb)
            found.append({1, m_current, verb});
        for (qsizetype action = 0; action < m_actions.size(); ++action) {
            if (m_actions[action] && m_actions[action]->isVisible())
                found.append({0, -1, action});
        }
    } else {
        found = candidates(words);
    }
    const qsizetype count = std::min(most, found.size());
    // Candidates come in the order of services and verbs, which decides among equals.
    const auto better = [](const Found& a, const Found& b) {
        if (a.score != b.score)
            return a.score > b.score;
        return std::pair(a.service, a.index) < std::pair(b.service, b.index);
    };
    std::partial_sort(found.begin(), found.begin() + count, found.end(), better);

    struct Ranked
    {
        int score;
        qsizetype rank;
        PaletteHit hit;
    };
    std::vector<Ranked> hits;
    for (qsizetype i = 0; i < count; ++i) {
        PaletteHit one = hit(found[i]);
        // That it is the selected one counts only where it can be done.
        const bool current = !words.isEmpty() && found[i].service >= 0 && found[i].service == m_current;
        const int less = current && !one.why.isEmpty() ? forCurrent : 0;
        hits.push_back({found[i].score - less, i, std::move(one)});
    }
    std::sort(hits.begin(), hits.end(), [](const Ranked& a, const Ranked& b) {
        return std::tuple(-a.score, !a.hit.why.isEmpty(), a.rank) < std::tuple(-b.score, !b.hit.why.isEmpty(), b.rank);
    });
    QList<PaletteHit> best;
    for (Ranked& ranked : hits)
        best += std::move(ranked.hit);
    return best;
}

} // namespace turnspit
