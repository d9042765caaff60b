#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QToolButton;

namespace turnspit {

/// A field for text or a regular expression, as the log is filtered and searched by: pattern, case, and what is wrong with the
/// expression. A wrong one changes nothing: the last good one stays.
class LogPatternField final : public QWidget
{
    Q_OBJECT
public:
    /// objectNames: `name` of the field, `name`Regex, `name`Case and `name`Error of its parts.
    LogPatternField(const QString& name, const QString& label, QWidget* parent = nullptr);

    /// The last good pattern, a regular expression in any case; "": none.
    [[nodiscard]] const QString& pattern() const { return m_pattern; }
    [[nodiscard]] bool isCaseSensitive() const;
    [[nodiscard]] QLineEdit* edit() const { return m_edit; }
    void clear();

Q_SIGNALS:
    /// Pattern or case is another one.
    void changed();

private:
    void take();

    QLineEdit* m_edit;
    QToolButton* m_regex;
    QToolButton* m_case;
    QLabel* m_error;
    QString m_pattern;
    bool m_wasCaseSensitive = false;
};

} // namespace turnspit
